"""The pages about who may act for a municipality: applications, invitations, and what officers see of them."""

from __future__ import annotations

from tests.browser.agency import (
    APPLICANT,
    APPLICATION,
    ASKS,
    COORDINATOR,
    DAWDLES,
    DRAFTS,
    INVITED,
    LOSES,
    MISSES,
    OFFICER,
    PDF,
    PERSON,
    REPLIES,
    REPORTS,
    SENDS,
    TELLS,
    WAITS,
    WALKS,
    Agency,
    Signed,
    agent,
)
from tests.browser.visits import Visit
from tests.browser.ways import NOBODYS, Shown, Visiting, Way, goes, left_without, pressing

APPLYING, FOLLOWING = "/ombud/ansokan", "/ombud/ansokan/{application}"
INVITATION, ACTING = "/ombud/inbjudan/{token}", "/kommun/{municipality}/ombud"
REGISTER, REVIEW = "/handlaggning/ombud", "/handlaggning/ombud/{application}"
OVERSEEN = "/handlaggning/ombud/kommun/{municipality}"
ATTACHMENT = "/agent-applications/{application}/attachments/{number}"
_SAME_INSTANT = "Two would have to write in the same instant; a browser posts after what it has seen."
UNREACHED_AGENTS = {(REGISTER, "409"): _SAME_INSTANT, (OVERSEEN, "409"): _SAME_INSTANT}

_CHOOSE_FILES, _SEND = "Granska och välj filer", "Skicka ansökan"
_COMPLETE, _TAKE_BACK, _YES_TAKE_BACK = "Skicka kompletteringen", "Ta tillbaka ansökan", "Ja, ta tillbaka ansökan"
_INVITE, _CONFIRM, _ACCEPT = "Skicka inbjudan", "Bekräfta att listan stämmer", "Tacka ja till uppdraget"
_DECIDE, _CLOSE, _LOOK = "Granska beslutet", "Avskriv ansökan", "Granska"
_NOTE = "Anteckna bekräftelsen"
_FORM = {**APPLICATION, "certificate": "ja"}
_COMPLETED_BY = {"last_day": "2026-12-31"}


def _applies(code: str, who: Signed = PERSON, *presses: str) -> Way:
    def way(agency: Agency, visiting: Visiting) -> Visit:
        visit = visiting(who).go(APPLYING).fill(municipality=code, **_FORM).press(_CHOOSE_FILES)
        if presses:
            visit.attach(PDF)
        for label in presses:
            visit.press(label)
        return visit

    return way


def _sends_no_files(agency: Agency, visiting: Visiting) -> Visit:
    return _applies(DRAFTS)(agency, visiting).press(_SEND)


def _missing_file(agency: Agency, visiting: Visiting) -> Visit:
    return visiting(PERSON).go(f"/agent-applications/{agency.application(REPORTS)}/attachments/9")


def _follows(code: str, *presses: str, **fields: str) -> Way:
    return pressing(lambda agency: f"{APPLYING}/{agency.application(code)}", PERSON, *presses, **fields)


def _told(code: str, act: str, **said: str) -> Way:
    """Look at one's application after an officer has done something with it."""
    return goes(lambda agency: f"{APPLYING}/{agency.decided(agency.application(code), act, **said)}", PERSON)


def _approved(agency: Agency) -> str:
    return agency.decided(agency.application(WAITS, APPLICANT), "approval", reason="Intyget är i ordning.")


def _decided_meanwhile(agency: Agency, visiting: Visiting) -> Visit:
    visit = _follows(REPLIES)(agency, visiting).fill(message="Intyget kommer i morgon.")
    agency.decided(agency.application(REPLIES), "closing")
    return visit.press(_COMPLETE)


def _reviews(code: str, *presses: str, **fields: str) -> Way:
    return pressing(lambda agency: f"{REGISTER}/{agency.application(code)}", OFFICER, *presses, **fields)


def _reviewed_meanwhile(agency: Agency, visiting: Visiting) -> Visit:
    visit = _reviews(MISSES, _DECIDE, action="close", reason="Intyget saknas.")(agency, visiting)
    withdrawn = agency.application(MISSES)
    agency.call("POST", f"/agent-applications/{withdrawn}/withdrawal", PERSON)
    return visit.press(_CLOSE)


def _invited(agency: Agency, visiting: Visiting) -> Visit:
    return visiting(INVITED).go(agency.invitation_path(SENDS, "inbjuden@kommun.example"))


def _accepts(agency: Agency, visiting: Visiting) -> Visit:
    return _invited(agency, visiting).fill(**APPLICATION).press(_ACCEPT)


def _accepts_in_vain(agency: Agency, visiting: Visiting) -> Visit:
    """The agent opens the invitation of another to the own municipality."""
    path = agency.invitation_path(WALKS, "annan@kommun.example")
    return visiting(agent(WALKS)).go(path).fill(**APPLICATION).press(_ACCEPT)


def _invitation_not_filled_in(agency: Agency, visiting: Visiting) -> Visit:
    return _invited(agency, visiting).fill(name="", title="", email="x", phone="x").press(_ACCEPT)


def _acts(code: str, *presses: str, **fields: str) -> Way:
    return pressing(f"/kommun/{code}/ombud", agent(code), *presses, **fields)


def _persons_changed(agency: Agency, visiting: Visiting) -> Visit:
    return left_without(visiting(agent(SENDS)).go(f"/kommun/{SENDS}/ombud"), "mandates", _CONFIRM)


def _asked_to_confirm(agency: Agency, visiting: Visiting) -> Visit:
    visit = visiting(OFFICER).go(REGISTER).fill(round="2025", last_day="2026-03-15")
    return visit.press("Skicka till alla ombud")


def _notes(*presses: str) -> Way:
    """Note for an agent who was asked; asking again asks nobody twice."""

    def way(agency: Agency, visiting: Visiting) -> Visit:
        _asked_to_confirm(agency, visiting)
        return pressing(f"{REGISTER}/kommun/{ASKS}", OFFICER, *presses)(agency, visiting)

    return way


def _oversees(*presses: str, **fields: str) -> Way:
    return pressing(f"{REGISTER}/kommun/{SENDS}", OFFICER, *presses, **fields)


SHOWN_AGENTS = (
    Shown(APPLYING, "form", "open", goes(APPLYING, PERSON)),
    Shown(APPLYING, "errors", "open", pressing(APPLYING, PERSON, _CHOOSE_FILES, email="x", phone="x"), 422),
    Shown(APPLYING, "files", "open", _applies(DRAFTS)),
    Shown(APPLYING, "no-files", "open", _sends_no_files, 422),
    Shown(APPLYING, "already-agent", "open", _applies(ASKS, agent(ASKS), _SEND), 409),
    Shown(APPLYING, "staff", "open", goes(APPLYING, OFFICER), 403),
    Shown(FOLLOWING, "sent", "open", _applies(SENDS, PERSON, _SEND)),
    Shown(FOLLOWING, "completed", "open", _follows(REPORTS, _COMPLETE, message="Intyget gäller från den 1 april.")),
    Shown(FOLLOWING, "nothing-added", "open", _follows(REPORTS, _COMPLETE), 422),
    Shown(FOLLOWING, "incomplete", "open", _told(TELLS, "completion-request", **_COMPLETED_BY)),
    Shown(FOLLOWING, "closed", "open", _told(DAWDLES, "closing")),
    Shown(FOLLOWING, "decided-meanwhile", "open", _decided_meanwhile, 409),
    Shown(FOLLOWING, "taking-back", "open", _follows(LOSES, _TAKE_BACK)),
    Shown(FOLLOWING, "taken-back", "open", _follows(LOSES, _TAKE_BACK, _YES_TAKE_BACK)),
    Shown(FOLLOWING, "nobodys", "open", goes(f"{APPLYING}/{ASKS}-99", PERSON), 404),
    Shown(ATTACHMENT, "none", "open", _missing_file, 404),
    Shown(INVITATION, "form", "open", _invited),
    Shown(INVITATION, "errors", "open", _invitation_not_filled_in, 422),
    Shown(INVITATION, "agents-own", "open", _accepts_in_vain, 409),
    Shown(INVITATION, "no-such", "open", goes(f"/ombud/inbjudan/{NOBODYS}", INVITED), 404),
    Shown(INVITATION, "accepted", "open", _accepts),
    Shown(ACTING, "page", "open", goes(f"/kommun/{ASKS}/ombud", agent(ASKS))),
    Shown(ACTING, "coordinator", "open", goes(f"/kommun/{ASKS}/ombud", COORDINATOR)),
    Shown(ACTING, "another-municipality", "open", goes(f"/kommun/{SENDS}/ombud", agent(ASKS)), 403),
    Shown(ACTING, "errors", "open", _acts(SENDS, _INVITE, email="x"), 422),
    Shown(ACTING, "persons-changed", "open", _persons_changed, 409),
    Shown(ACTING, "invited", "open", _acts(SENDS, _INVITE, role="coordinator", email="ny@kommun.example")),
    Shown(ACTING, "ending", "open", _acts(SENDS, "Avsluta uppdraget för Ny Sökande")),
    Shown(ACTING, "confirmed", "open", _acts(SENDS, _CONFIRM)),
    Shown(REGISTER, "page", "open", goes(REGISTER, OFFICER)),
    Shown(REGISTER, "errors", "open", pressing(REGISTER, OFFICER, "Skicka till alla ombud", round="i år"), 422),
    Shown(REGISTER, "not-staff", "open", goes(REGISTER, agent(ASKS)), 403),
    Shown(REGISTER, "unconfirmed", "reporting", _asked_to_confirm),
    Shown(REVIEW, "form", "open", _reviews(REPORTS)),
    Shown(REVIEW, "review", "open", _reviews(REPORTS, _DECIDE, action="approve")),
    Shown(REVIEW, "changing", "open", _reviews(REPORTS, _DECIDE, "Ändra", action="close", reason="Intyget saknas.")),
    Shown(REVIEW, "no-reason", "open", _reviews(REPORTS, _DECIDE, _CLOSE, action="close"), 422),
    Shown(REVIEW, "decided-meanwhile", "open", _reviewed_meanwhile, 409),
    Shown(REVIEW, "decided", "reporting", goes(lambda agency: f"{REGISTER}/{_approved(agency)}", OFFICER)),
    Shown(REVIEW, "no-such", "open", goes(f"{REGISTER}/{ASKS}-99", OFFICER), 404),
    Shown(FOLLOWING, "approved", "reporting", goes(lambda agency: f"{APPLYING}/{_approved(agency)}", APPLICANT)),
    Shown(ACTING, "asked-to-confirm", "reporting", goes(f"/kommun/{ASKS}/ombud", agent(ASKS))),
    Shown(OVERSEEN, "page", "open", _oversees()),
    Shown(OVERSEEN, "review", "open", _oversees(_LOOK, mandate="1", reason="Har slutat i kommunen.")),
    Shown(OVERSEEN, "errors", "open", _oversees(_LOOK), 422),
    Shown(OVERSEEN, "noting", "reporting", _notes()),
    Shown(OVERSEEN, "not-noted", "reporting", _notes(_NOTE), 422),
    Shown(OVERSEEN, "nobody", "open", goes(f"{REGISTER}/kommun/0580", OFFICER), 404),
)
