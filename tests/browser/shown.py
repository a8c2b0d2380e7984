"""Every page for people in every state: the list that the tests walk through. A new page is a line here.

A line says which route it is, as the API names it, what the state is called, at which stage of the round it is looked
at, how to come there, and with which status it is answered.
"""

from __future__ import annotations

from tests.browser.agency import (
    ANSWERS,
    ASKS,
    COORDINATOR,
    DAWDLES,
    DAWDLES_COORDINATOR,
    DECIDED,
    DRAFTS,
    HEARD,
    LAGS,
    LOSES,
    MISSES,
    PERSON,
    REPORTS,
    ROUND,
    SENDS,
    WALKS,
    Agency,
    agent,
)
from tests.browser.shown_agents import SHOWN_AGENTS, UNREACHED_AGENTS
from tests.browser.shown_staff import SHOWN_STAFF
from tests.browser.visits import Visit, identify
from tests.browser.ways import NOBODYS, Shown, Visiting, Way, goes, left_without, pressing

# Requisitions

REQUISITION = "/rekvisition/{round}/{municipality}"


def requisition(code: str) -> str:
    """Give the address of a municipality's requisition."""
    return f"/rekvisition/{ROUND}/{code}"


def _requisition(code: str, *presses: str, **fields: str) -> Way:
    def way(agency: Agency, visiting: Visiting) -> Visit:
        visit = visiting(agent(code)).go(requisition(code)).fill(**{"amount": "100000", "declaration": "ja", **fields})
        for label in presses:
            visit.press(label)
        return visit

    return way


def _undeclared(agency: Agency, visiting: Visiting) -> Visit:
    wrong = {"amount": "hundra", "account_number": "1", "invoice_reference": "", "peppol_id": "x", "contact_email": "x"}
    return visiting(agent(ASKS)).go(requisition(ASKS)).fill(**wrong).press(REVIEW_REQUISITION)


REVIEW_REQUISITION, SEND_REQUISITION = "Granska rekvisitionen", "Skicka rekvisitionen"
CHANGE = "Ändra uppgifterna"

# Reports

REPORT = "/aterrapportering/{token}"
REVIEW_REPORT, SEND_REPORT, SAVE = "Granska återrapporten", "Skicka återrapporten", "Spara utkast"
WRONG_REPORT = {"amount_used": "alla", "amount_not_as_intended": "-1", "people_reached": "ett par"}


def _report(code: str, *presses: str, **fields: str) -> Way:
    def way(agency: Agency, visiting: Visiting) -> Visit:
        visit = visiting().go(agency.report_path(code)).fill(**fields)
        for label in presses:
            visit.press(label)
        return visit

    return way


def _two_save(agency: Agency, visiting: Visiting) -> Visit:
    """Two open the same draft; the second to save is told what the first has saved."""
    one, other = (visiting().go(agency.report_path(DRAFTS)) for _ in range(2))
    one.fill(organisation="Socialtjänsten höll samtalen.", amount_used="1000").press(SAVE)
    return other.fill(organisation="Hemtjänsten höll samtalen.").press(SAVE)


def _reopened(agency: Agency, visiting: Visiting) -> Visit:
    agency.reopen(REPORTS)
    return visiting().go(agency.report_path(REPORTS))


RIGHT_REPORT = {"amount_used": "5000000", **ANSWERS}

# Hearings

HEARING = "/yttrande/{token}"
REVIEW_HEARING, SEND_HEARING = "Granska yttrandet", "Skicka yttrandet"
OBJECTION = {"stance": "objects", "text": "Pengarna användes enligt villkoren, men bokfördes på fel konto."}


def _hearing(code: str, *presses: str, **fields: str) -> Way:
    def way(agency: Agency, visiting: Visiting) -> Visit:
        visit = visiting().go(agency.hearing_path(code)).fill(**fields)
        for label in presses:
            visit.press(label)
        return visit

    return way


# Other pages

NEW_LINK = "/ny-lank"
ASK_FOR_LINK = "Skicka en ny länk till registraturen"


def _asked(*, round: str, municipality: str) -> Way:  # noqa: A002 - the field's name
    return lambda _, visiting: visiting().go(NEW_LINK).fill(round=round, municipality=municipality).press(ASK_FOR_LINK)


def _without_a_key(agency: Agency, visiting: Visiting) -> Visit:
    return left_without(visiting(agent(ASKS)).go(requisition(ASKS)), "request_key", REVIEW_REQUISITION)


def _without_a_token(agency: Agency, visiting: Visiting) -> Visit:
    return left_without(visiting(agent(ASKS)).go(requisition(ASKS)), "csrf", REVIEW_REQUISITION)


# Sign-in

BACK, CHOICE, OUT = "/logga-in/svar", "/logga-in/val", "/logga-ut"
SEVERAL, LOW = "representative-of-several", "person-2"
GO_ON, SIGN_OUT, CANCEL = "Fortsätt", "Logga ut", "Avbryt inloggningen"
UNREACHED = {
    ("/logga-in", "default"): "The provider would have to be down; it is the page of every other failed sign-in.",
    ("/logga-in/fornya", "default"): "The table of sessions would have to be down; it is the page of every such error.",
    ("/kvittonyckel.pem", "default"): "The key service would have to be down; it is the page of every such error.",
    **UNREACHED_AGENTS,
}
"""What a browser cannot be brought to see, and why."""


def _identified(subject: str, *presses: str) -> Way:
    def way(_: Agency, visiting: Visiting) -> Visit:
        visit = identify(visiting(), subject)
        for label in presses:
            visit.press(label)
        return visit

    return way


def _cancelled(_: Agency, visiting: Visiting) -> Visit:
    return visiting().go("/logga-in").press(CANCEL)


def _chosen_without_a_token(_: Agency, visiting: Visiting) -> Visit:
    return left_without(identify(visiting(), SEVERAL), "csrf", GO_ON)


def _signed_out(_: Agency, visiting: Visiting) -> Visit:
    return visiting(agent(ASKS)).go(requisition(ASKS)).press(SIGN_OUT)


def _signed_out_without_a_token(_: Agency, visiting: Visiting) -> Visit:
    return left_without(visiting(agent(ASKS)).go(requisition(ASKS)), "csrf", SIGN_OUT)


START, ENGLISH, PUBLIC = "/", "/english", "/omgang/{round}"
OWN, CASE = "/kommun/{municipality}", "/kommun/{municipality}/arende/{round}"
ACCOUNT, REVIEW = f"{CASE}/konto", f"{REQUISITION}/granskning"
RECORDS = "/underlag/{token}"
REVIEW_ACCOUNT, SEND_ACCOUNT, SEND_FILES = "Granska kontot", "Anmäl kontot", "Skicka filerna"
LEDGER = "Konto;Text;Belopp\n4010;Hälsosamtal;125000,00\n".encode()


def _own(path: str, code: str = ASKS) -> Way:
    """Go as the agent of one municipality to a page of a municipality."""
    return goes(path.format(municipality=code, round=ROUND), agent(ASKS))


def _account(*presses: str, **fields: str) -> Way:
    def way(agency: Agency, visiting: Visiting) -> Visit:
        other = next(r.account for r in agency.world.inputs.recipients if r.municipality == SENDS)
        path = ACCOUNT.format(municipality=WALKS, round=ROUND)
        right = {"account_kind": other.kind, "account_number": str(other)}
        return pressing(path, agent(WALKS), *presses, **right | fields)(agency, visiting)

    return way


def _coordinates(_: Agency, visiting: Visiting) -> Visit:
    return visiting(COORDINATOR).go(requisition(ASKS)).fill(amount="100000").press(REVIEW_REQUISITION)


def _two_save_a_requisition(_: Agency, visiting: Visiting) -> Visit:
    """A data coordinator and the agent open the same form; the second to save is told what the first has saved."""
    one, other = (visiting(who).go(requisition(DAWDLES)) for who in (DAWDLES_COORDINATOR, agent(DAWDLES)))
    one.fill(amount="1000", invoice_reference="Socialtjänsten").press(SAVE)
    return other.fill(amount="2000").press(SAVE)


def _coordinated_without_a_token(_: Agency, visiting: Visiting) -> Visit:
    return left_without(visiting(COORDINATOR).go(requisition(ASKS)), "csrf", REVIEW_REQUISITION)


def _sends_records(agency: Agency, visiting: Visiting) -> Visit:
    return visiting().go(agency.records_path()).attach(LEDGER, "huvudbok.csv", "text/csv").press(SEND_FILES)


SHOWN = (
    Shown(START, "page", "open", goes(START)),
    Shown(ENGLISH, "page", "open", goes(ENGLISH)),
    Shown(PUBLIC, "page", "open", goes(f"/omgang/{ROUND}")),
    Shown(PUBLIC, "no-such-round", "open", goes("/omgang/2099"), 404),
    Shown(OWN, "page", "open", _own(OWN)),
    Shown(OWN, "another-municipality", "open", _own(OWN, SENDS), 403),
    Shown(CASE, "open", "open", _own(CASE)),
    Shown(CASE, "another-municipality", "open", _own(CASE, SENDS), 403),
    Shown(CASE, "heard", "reporting", _own(CASE)),
    Shown(ACCOUNT, "form", "open", _own(ACCOUNT)),
    Shown(ACCOUNT, "another-municipality", "open", _own(ACCOUNT, SENDS), 403),
    Shown(ACCOUNT, "errors", "open", _account(REVIEW_ACCOUNT, account_number="1"), 422),
    Shown(ACCOUNT, "review", "open", _account(REVIEW_ACCOUNT)),
    Shown(ACCOUNT, "proposed", "open", _account(REVIEW_ACCOUNT, SEND_ACCOUNT), 201),
    Shown(ACCOUNT, "waiting", "open", goes(ACCOUNT.format(municipality=WALKS, round=ROUND), agent(WALKS))),
    Shown(ACCOUNT, "coordinator", "open", goes(ACCOUNT.format(municipality=ASKS, round=ROUND), COORDINATOR)),
    Shown(f"{CASE}/handlingar/{{document}}", "no-such-document", "open", _own(f"{CASE}/handlingar/1.pdf"), 404),
    Shown(f"{CASE}/kvitto/{{document}}", "no-such-document", "open", _own(f"{CASE}/kvitto/rekvisition-9.pdf"), 404),
    Shown(f"{PUBLIC}/fordelningslista.csv", "no-such-round", "open", goes("/omgang/2099/fordelningslista.csv"), 404),
    Shown("/tillganglighet", "statement", "open", goes("/tillganglighet")),
    Shown(BACK, "too-late", "open", goes("/logga-in/svar?code=x&state=y"), 401),
    Shown(BACK, "cancelled", "open", _cancelled, 401),
    Shown(BACK, "not-enough", "open", _identified(LOW), 403),
    Shown(CHOICE, "form", "open", _identified(SEVERAL)),
    Shown(CHOICE, "errors", "open", _identified(SEVERAL, GO_ON), 422),
    Shown(CHOICE, "nobody", "open", goes(CHOICE, PERSON)),
    Shown(CHOICE, "forged", "open", _chosen_without_a_token, 403),
    Shown(OUT, "done", "open", _signed_out),
    Shown(OUT, "forged", "open", _signed_out_without_a_token, 403),
    Shown(REQUISITION, "form", "open", goes(requisition(ASKS), agent(ASKS))),
    Shown(REQUISITION, "errors", "open", _undeclared, 422),
    Shown(REQUISITION, "one-error", "open", _requisition(ASKS, REVIEW_REQUISITION, amount="99000000"), 422),
    Shown(REQUISITION, "review", "open", _requisition(ASKS, REVIEW_REQUISITION)),
    Shown(REQUISITION, "changing", "open", _requisition(ASKS, REVIEW_REQUISITION, CHANGE)),
    Shown(REQUISITION, "receipt", "open", _requisition(SENDS, REVIEW_REQUISITION, SEND_REQUISITION), 201),
    Shown(REQUISITION, "already-sent", "open", goes(requisition(SENDS), agent(SENDS))),
    Shown(REQUISITION, "another-municipality", "open", goes(requisition(ASKS), agent(SENDS)), 403),
    Shown(REQUISITION, "no-such-round", "open", goes("/rekvisition/2099/0114", agent(ASKS)), 404),
    Shown(REQUISITION, "key-missing", "open", _without_a_key, 400),
    Shown(REQUISITION, "forged", "open", _without_a_token, 403),
    Shown(REQUISITION, "coordinator", "open", goes(requisition(ASKS), COORDINATOR)),
    Shown(REQUISITION, "draft-of-two", "open", _two_save_a_requisition, 409),
    Shown(REQUISITION, "draft-saved", "open", pressing(requisition(DRAFTS), agent(DRAFTS), SAVE, amount="1000")),
    Shown(CASE, "draft-waits", "open", goes(CASE.format(municipality=DAWDLES, round=ROUND), agent(DAWDLES))),
    Shown(REVIEW, "errors", "open", pressing(requisition(ASKS), COORDINATOR, REVIEW_REQUISITION, amount="0"), 422),
    Shown(REVIEW, "review", "open", _coordinates),
    Shown(REVIEW, "draft-saved", "open", pressing(requisition(DAWDLES), DAWDLES_COORDINATOR, SAVE, amount="1500")),
    Shown(
        REVIEW,
        "draft-too-long",
        "open",
        pressing(requisition(DAWDLES), DAWDLES_COORDINATOR, SAVE, invoice_reference="x" * 255),
        422,
    ),
    Shown(REVIEW, "forged", "open", _coordinated_without_a_token, 403),
    Shown(REQUISITION, "late-form", "late", goes(requisition(LAGS), agent(LAGS))),
    Shown(REQUISITION, "late-receipt", "late", _requisition(LAGS, REVIEW_REQUISITION, SEND_REQUISITION), 201),
    Shown(REPORT, "form", "reporting", _report(DRAFTS)),
    Shown(REPORT, "errors", "reporting", _report(DRAFTS, REVIEW_REPORT, **WRONG_REPORT), 422),
    Shown(REPORT, "review", "reporting", _report(DRAFTS, REVIEW_REPORT, **RIGHT_REPORT)),
    Shown(REPORT, "draft-saved", "reporting", _report(DRAFTS, SAVE, results="Vi är inte klara än.")),
    Shown(REPORT, "draft-of-two", "reporting", _two_save, 409),
    Shown(REPORT, "receipt", "reporting", _report(REPORTS, REVIEW_REPORT, SEND_REPORT, **RIGHT_REPORT), 201),
    Shown(REPORT, "already-sent", "reporting", _report(REPORTS)),
    Shown(REPORT, "reopened", "reporting", _reopened),
    Shown(REPORT, "no-such-link", "reporting", goes(f"/aterrapportering/{NOBODYS}"), 404),
    Shown(REPORT, "link-revoked", "reporting", _report(LOSES), 410),
    Shown(f"{REPORT}/kvitto", "no-such-link", "reporting", goes(f"/aterrapportering/{NOBODYS}/kvitto"), 404),
    Shown(REPORT, "late-form", "overdue", _report(DAWDLES)),
    Shown(REPORT, "late-receipt", "overdue", _report(DAWDLES, REVIEW_REPORT, SEND_REPORT, **RIGHT_REPORT), 201),
    Shown(NEW_LINK, "form", "reporting", goes(NEW_LINK)),
    Shown(NEW_LINK, "errors", "reporting", _asked(round="i fjol", municipality="1"), 422),
    Shown(NEW_LINK, "asked", "reporting", _asked(round=ROUND, municipality=DRAFTS), 202),
    Shown(HEARING, "form", "reporting", _hearing(HEARD)),
    Shown(HEARING, "errors", "reporting", _hearing(HEARD, REVIEW_HEARING, amount_used="lite"), 422),
    Shown(HEARING, "review", "reporting", _hearing(HEARD, REVIEW_HEARING, **OBJECTION)),
    Shown(HEARING, "receipt", "reporting", _hearing(HEARD, REVIEW_HEARING, SEND_HEARING, **OBJECTION), 201),
    Shown(HEARING, "answered", "reporting", _hearing(HEARD)),
    Shown(HEARING, "no-such-link", "reporting", goes(f"/yttrande/{NOBODYS}"), 404),
    Shown(HEARING, "late-form", "overdue", _hearing(MISSES)),
    Shown(HEARING, "decided", "overdue", _hearing(DECIDED)),
    Shown(RECORDS, "form", "reporting", goes(lambda agency: agency.records_path())),
    Shown(RECORDS, "no-files", "reporting", pressing(lambda agency: agency.records_path(), None, SEND_FILES), 422),
    Shown(RECORDS, "receipt", "reporting", _sends_records, 201),
    Shown(RECORDS, "sent", "reporting", goes(lambda agency: agency.records_path())),
    Shown(RECORDS, "no-such-link", "reporting", goes(f"/underlag/{NOBODYS}"), 404),
    Shown(RECORDS, "late", "overdue", goes(lambda agency: agency.records_path(1))),
    *SHOWN_AGENTS,
    *SHOWN_STAFF,
)
