"""The pages that staff work on."""

from __future__ import annotations

from tests.browser.agency import (
    ASKS,
    ATTESTER,
    DECIDED,
    DRAFTS,
    HEARD,
    MISSES,
    OFFICER,
    ROUND,
    SECOND_OFFICER,
    TARRIES,
    WAITS,
    Agency,
    Signed,
    agent,
)
from tests.browser.visits import Visit
from tests.browser.ways import Shown, Visiting, Way, goes, pressing

WORK, SEARCH, SUSPENSE, PAYMENTS = (f"/handlaggning{way}" for way in ("", "/sok", "/avprickning", "/betalningar"))
HELD, HOLDING = "/handlaggning/stopp", "/handlaggning/stopp/atgard/{action}"
BATCH, ON_BATCH = "/handlaggning/batch/{batch}", "/handlaggning/batch/{batch}/atgard/{action}"
WHOLE, ON_ROUND = "/handlaggning/omgang/{round}", "/handlaggning/omgang/{round}/atgard/{action}"
AGREED, ROUND_REGISTER, MAIL = f"{WHOLE}/eniga", f"{WHOLE}/diarium", "/handlaggning/epost/{round}"
FILE = "/handlaggning/arende/{round}/{municipality}"
ON_CASE, CASE_REGISTER = f"{FILE}/atgard/{{action}}", f"{FILE}/diarium"
_OTHER = agent(ASKS)
"""Is not staff."""
_REASON = "Kommunen har hört av sig."


def _round(path: str, who: Signed = OFFICER, round: str = ROUND) -> Way:  # noqa: A002 - the path's name
    return goes(path.format(round=round), who)


def _case(code: str, way: str = "", who: Signed = OFFICER) -> Way:
    return goes(f"{FILE.format(round=ROUND, municipality=code)}{way}", who)


def _does(code: str, action: str, *presses: str, who: Signed = OFFICER, **fields: str) -> Way:
    path = f"{FILE.format(round=ROUND, municipality=code)}/atgard/{action}"
    return pressing(path, who, *presses, **fields)


def _on_round(action: str, *presses: str, who: Signed = OFFICER, **fields: str) -> Way:
    return pressing(ON_ROUND.format(round=ROUND, action=action), who, *presses, **fields)


def _batch(who: Signed, *presses: str, way: str = "", **fields: str) -> Way:
    return pressing(lambda agency: f"/handlaggning/batch/{agency.waiting_batch}{way}", who, *presses, **fields)


def _chooses(agency: Agency, visiting: Visiting) -> Visit:
    return visiting(OFFICER).go(AGREED.format(round=ROUND)).press("Räkna ihop de valda")


def _late(way: Way) -> Way:
    """Go there when a requisition has come after the last day."""

    def then(agency: Agency, visiting: Visiting) -> Visit:
        agency.requisition(TARRIES)
        return way(agency, visiting)

    return then


_DECIDES_LATE, _LATE_REASON = "Avgör den sena rekvisitionen", "Kommunen har inte visat något hinder."
_DISMISSES = _does(TARRIES, "avgor-sen-rekvisition", _DECIDES_LATE, outcome="dismissed", reason=_LATE_REASON)
_PREPARES = _does(MISSES, "bered-beslut", "Bered beslutet", waived_ore="0", reasons="Pengarna har inte använts.")

SHOWN_STAFF = (
    Shown(WORK, "open", "open", goes(WORK, OFFICER)),
    Shown(WORK, "not-staff", "open", goes(WORK, _OTHER), 403),
    Shown(WORK, "full", "reporting", goes(WORK, OFFICER)),
    Shown(WORK, "one-kind", "reporting", goes(f"{WORK}?slag=attest_batch", ATTESTER)),
    Shown(SEARCH, "form", "open", goes(SEARCH, OFFICER)),
    Shown(SEARCH, "found", "open", goes(f"{SEARCH}?q=o", OFFICER)),
    Shown(SEARCH, "nothing", "open", goes(f"{SEARCH}?q=Atlantis", OFFICER)),
    Shown(SEARCH, "not-staff", "open", goes(SEARCH, _OTHER), 403),
    Shown(PAYMENTS, "none", "open", goes(PAYMENTS, ATTESTER)),
    Shown(PAYMENTS, "not-staff", "open", goes(PAYMENTS, _OTHER), 403),
    Shown(PAYMENTS, "some", "reporting", goes(PAYMENTS, ATTESTER)),
    Shown(SUSPENSE, "none", "open", goes(SUSPENSE, OFFICER)),
    Shown(SUSPENSE, "not-staff", "open", goes(SUSPENSE, _OTHER), 403),
    Shown(SUSPENSE, "one", "overdue", goes(SUSPENSE, OFFICER)),
    Shown(SUSPENSE, "attester", "overdue", goes(SUSPENSE, ATTESTER)),
    Shown(HELD, "none", "open", goes(HELD, OFFICER)),
    Shown(HELD, "not-staff", "open", goes(HELD, _OTHER), 403),
    Shown(HOLDING, "form", "open", goes(f"{HELD}/atgard/stoppa-allt", OFFICER)),
    Shown(HOLDING, "no-reason", "open", pressing(f"{HELD}/atgard/stoppa-allt", OFFICER, "Stoppa allt"), 422),
    Shown(HOLDING, "nothing-to-do", "open", goes(f"{HELD}/atgard/hav-stoppet-av-allt", OFFICER)),
    Shown(HOLDING, "no-such-action", "open", goes(f"{HELD}/atgard/ge-bort-allt", OFFICER), 404),
    Shown(HELD, "stopped", "overdue", pressing(f"{HELD}/atgard/stoppa-allt", OFFICER, "Stoppa allt", reason=_REASON)),
    Shown(HOLDING, "ending", "overdue", goes(f"{HELD}/atgard/hav-stoppet-av-allt?om=1", OFFICER)),
    Shown(
        HELD,
        "ended",
        "overdue",
        pressing(f"{HELD}/atgard/hav-stoppet-av-allt?om=1", OFFICER, "Häv stoppet av allt", reason=_REASON),
    ),
    Shown(BATCH, "no-such", "open", goes("/handlaggning/batch/B-2025-20250101-9", ATTESTER), 404),
    Shown(BATCH, "officer", "reporting", _batch(OFFICER)),
    Shown(BATCH, "attester", "reporting", _batch(ATTESTER)),
    Shown(BATCH, "wrong-total", "reporting", _batch(ATTESTER, "Attestera betalningen", total_ore="1"), 422),
    Shown(BATCH, "paid", "reporting", goes(lambda agency: f"/handlaggning/batch/{agency.batch_id}", OFFICER)),
    Shown(ON_BATCH, "form", "reporting", _batch(OFFICER, way="/atgard/makulera-betalning")),
    Shown(
        ON_BATCH,
        "no-reason",
        "reporting",
        _batch(OFFICER, "Makulera betalningen", way="/atgard/makulera-betalning"),
        422,
    ),
    Shown(ON_BATCH, "no-such-action", "reporting", _batch(OFFICER, way="/atgard/ge-bort"), 404),
    Shown(WHOLE, "open", "open", _round(WHOLE)),
    Shown(WHOLE, "no-such-round", "open", _round(WHOLE, round="2099"), 404),
    Shown(WHOLE, "late", "late", _late(_round(WHOLE))),
    Shown(WHOLE, "reporting", "reporting", _round(WHOLE)),
    Shown(WHOLE, "overdue", "overdue", _round(WHOLE)),
    Shown(ON_ROUND, "nothing-to-do", "open", _on_round("godkann-lista")),
    Shown(ON_ROUND, "role-may-not", "open", _on_round("lagg-betalning", who=ATTESTER)),
    Shown(ON_ROUND, "no-such-action", "open", _on_round("ge-bort"), 404),
    Shown(ON_ROUND, "draw", "reporting", _on_round("dra-stickprov")),
    Shown(ON_ROUND, "draw-errors", "reporting", _on_round("dra-stickprov", "Dra stickprov", count="alla"), 422),
    Shown(AGREED, "not-staff", "open", _round(AGREED, _OTHER), 403),
    Shown(AGREED, "none", "reporting", _round(AGREED)),
    Shown(AGREED, "list", "overdue", _round(AGREED)),
    Shown(AGREED, "chosen", "overdue", _chooses),
    Shown(ROUND_REGISTER, "open", "open", _round(ROUND_REGISTER)),
    Shown(ROUND_REGISTER, "no-such-round", "open", _round(ROUND_REGISTER, round="2099"), 404),
    Shown(f"{ROUND_REGISTER}.csv", "no-such-round", "open", _round(f"{ROUND_REGISTER}.csv", round="2099"), 404),
    Shown(MAIL, "open", "open", _round(MAIL)),
    Shown(MAIL, "no-such-round", "open", _round(MAIL, round="2099"), 404),
    Shown(MAIL, "sent", "reporting", _round(MAIL)),
    Shown(FILE, "new", "open", _case(DRAFTS)),
    Shown(FILE, "no-such-case", "open", _case("0580"), 404),
    Shown(FILE, "late", "late", _late(_case(TARRIES))),
    Shown(FILE, "waiting", "reporting", _case(WAITS)),
    Shown(FILE, "heard", "reporting", _case(HEARD)),
    Shown(FILE, "decided", "overdue", _case(DECIDED)),
    Shown(FILE, "attester", "overdue", _case(DECIDED, who=ATTESTER)),
    Shown(CASE_REGISTER, "page", "overdue", _case(DECIDED, "/diarium")),
    Shown(CASE_REGISTER, "no-such-case", "open", _case("0580", "/diarium"), 404),
    Shown(f"{CASE_REGISTER}.csv", "no-such-case", "open", _case("0580", "/diarium.csv"), 404),
    Shown(f"{FILE}/handlingar.zip", "no-such-case", "open", _case("0580", "/handlingar.zip"), 404),
    Shown(f"{FILE}/handlingar/{{document}}", "no-such-document", "open", _case(DRAFTS, "/handlingar/1.pdf"), 404),
    Shown(FILE, "spot-check", "reporting", goes(lambda a: FILE.format(round=ROUND, municipality=a.drawn[0]), OFFICER)),
    Shown(ON_CASE, "no-such-action", "open", _does(DRAFTS, "ge-bort"), 404),
    Shown(ON_CASE, "nothing-to-do", "open", _does(DRAFTS, "betala-tillbaka-overskott")),
    Shown(ON_CASE, "account", "open", _does(DRAFTS, "anmal-konto")),
    Shown(ON_CASE, "account-errors", "open", _does(DRAFTS, "anmal-konto", "Anmäl ett annat konto"), 422),
    Shown(ON_CASE, "late", "late", _late(_does(TARRIES, "avgor-sen-rekvisition"))),
    Shown(ON_CASE, "late-errors", "late", _late(_does(TARRIES, "avgor-sen-rekvisition", _DECIDES_LATE)), 422),
    Shown(FILE, "dismissed", "late", _late(_DISMISSES)),
    Shown(ON_CASE, "hold", "reporting", _does(WAITS, "stoppa")),
    Shown(ON_CASE, "prepare", "overdue", _does(ASKS, "bered-beslut")),
    Shown(ON_CASE, "prepare-errors", "overdue", _does(ASKS, "bered-beslut", "Bered beslutet", waived_ore="x"), 422),
    Shown(ON_CASE, "role-may-not", "overdue", _does(ASKS, "bered-beslut", who=ATTESTER)),
    Shown(FILE, "prepared", "overdue", _PREPARES),
    Shown(ON_CASE, "barred", "overdue", _does(MISSES, "fatta-beslut")),
    Shown(ON_CASE, "decide", "overdue", _does(MISSES, "fatta-beslut", who=SECOND_OFFICER)),
    Shown(ON_CASE, "appeal", "overdue", _does(DECIDED, "notera-overklagande")),
    Shown(ON_CASE, "proof", "overdue", _does(DRAFTS, "styrk-delgivning")),
    Shown(ON_CASE, "address", "overdue", _does(DRAFTS, "ratta-adress")),
)
