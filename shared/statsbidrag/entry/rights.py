"""Who may call what: the one table. A route that does not stand here is answered to nobody.

The rights of agents, representatives and data coordinators follow the agency's guidance on who acts for a municipality.
"""

from __future__ import annotations

from collections.abc import Mapping

from statsbidrag.domain.errors import NotFound, Refusal
from statsbidrag.entry.callers import Caller

Roles = frozenset[str]

ROLE_NAMES: Mapping[str, str] = {
    "person": "Utan uppdrag",
    "agent": "Ombud",
    "representative": "Representant",
    "coordinator": "Uppgiftssamordnare",
    "officer": "Handläggare",
    "attester": "Attestant",
}
"""Every role, and what people call it."""

ANYONE: Roles = frozenset({"anyone"})
"""Also who is not signed in: public pages, and pages behind a mailed link that is itself the right."""
SIGNED_IN: Roles = frozenset(ROLE_NAMES)
AGENT: Roles = frozenset({"agent"})
SUBMITTERS: Roles = AGENT | {"representative"}
"""Who may send in for a municipality."""
MUNICIPALITY: Roles = SUBMITTERS | {"coordinator"}
"""Who acts for a municipality; a data coordinator fills in and does not send."""
APPLICANTS: Roles = MUNICIPALITY | {"person"}
"""Who may apply as a municipality's agent, or accept an invitation; the use case asks whose it is."""
OFFICER: Roles = frozenset({"officer"})
ATTESTER: Roles = frozenset({"attester"})
STAFF: Roles = OFFICER | ATTESTER

_ROUND = "/rounds/{round}"
_CASE = f"{_ROUND}/municipalities/{{municipality}}"
_OWN_CASE = "/kommun/{municipality}/arende/{round}"
_RECOVERY = f"{_CASE}/recoveries/{{number}}"
_INVOICE = f"{_CASE}/invoices/{{invoice}}"
_PAYOUT = f"{_CASE}/payouts/{{payout}}"
_APPLICATION = "/agent-applications/{application}"
_AGENTS = "/municipalities/{municipality}/agents"
_FILE = "/handlaggning/arende/{round}/{municipality}"

Rights = Mapping[str, Mapping[str, Roles]]
"""Roles by path, as the API names it, and method."""

RIGHTS: Rights = {
    # what is the same for everyone
    "/stil.css": {"GET": ANYONE},
    "/tillganglighet": {"GET": ANYONE},
    "/": {"GET": ANYONE},
    "/omgang/{round}": {"GET": ANYONE},
    "/omgang/{round}/fordelningslista.csv": {"GET": ANYONE},
    "/english": {"GET": ANYONE},
    "/kvittonyckel.pem": {"GET": ANYONE},
    # in and out
    "/logga-in": {"GET": ANYONE},
    "/logga-in/svar": {"GET": ANYONE},
    "/logga-in/val": {"GET": SIGNED_IN, "POST": SIGNED_IN},
    "/logga-in/fornya": {"GET": ANYONE},
    "/logga-ut": {"POST": ANYONE},
    # behind a mailed link, and the way to another
    "/aterrapportering/{token}": {"GET": ANYONE, "POST": ANYONE},
    "/aterrapportering/{token}/kvitto": {"GET": ANYONE},
    "/reports/{token}": {"GET": ANYONE, "POST": ANYONE},
    "/reports/{token}/draft": {"GET": ANYONE, "POST": ANYONE},
    "/yttrande/{token}": {"GET": ANYONE, "POST": ANYONE},
    "/ny-lank": {"GET": ANYONE, "POST": ANYONE},
    "/underlag/{token}": {"GET": ANYONE, "POST": ANYONE},
    "/records/{token}": {"GET": ANYONE, "POST": ANYONE},
    # a municipality's own
    "/kommun/{municipality}": {"GET": MUNICIPALITY},
    _OWN_CASE: {"GET": MUNICIPALITY},
    f"{_OWN_CASE}/handlingar/{{document}}": {"GET": MUNICIPALITY},
    f"{_OWN_CASE}/kvitto/{{document}}": {"GET": MUNICIPALITY},
    f"{_OWN_CASE}/konto": {"GET": MUNICIPALITY, "POST": AGENT},
    "/rekvisition/{round}/{municipality}": {"GET": MUNICIPALITY, "POST": SUBMITTERS},
    "/rekvisition/{round}/{municipality}/granskning": {"POST": MUNICIPALITY},
    f"{_CASE}/requisitions": {"GET": SUBMITTERS, "POST": SUBMITTERS},
    f"{_CASE}/account": {"GET": SUBMITTERS | OFFICER},
    f"{_CASE}/account/changes": {"POST": AGENT | OFFICER},
    f"{_RECOVERY}/hearing": {"GET": SUBMITTERS, "POST": SUBMITTERS},
    # who acts for a municipality: anybody who is not the agency's may apply and be invited; the agent decides on others
    "/ombud/ansokan": {"GET": APPLICANTS, "POST": APPLICANTS},
    "/ombud/ansokan/{application}": {"GET": APPLICANTS, "POST": APPLICANTS},
    "/ombud/inbjudan/{token}": {"GET": APPLICANTS, "POST": APPLICANTS},
    "/kommun/{municipality}/ombud": {"GET": MUNICIPALITY, "POST": AGENT},
    "/agent-applications": {"GET": OFFICER, "POST": APPLICANTS},
    _APPLICATION: {"GET": APPLICANTS | OFFICER},
    f"{_APPLICATION}/attachments/{{number}}": {"GET": APPLICANTS | OFFICER},
    f"{_APPLICATION}/completion": {"POST": APPLICANTS},
    f"{_APPLICATION}/withdrawal": {"POST": APPLICANTS},
    "/agent-invitations/{token}": {"GET": APPLICANTS, "POST": APPLICANTS},
    _AGENTS: {"GET": MUNICIPALITY | OFFICER},
    f"{_AGENTS}/invitations": {"POST": AGENT},
    f"{_AGENTS}/invitations/{{number}}/revocation": {"POST": AGENT},
    f"{_AGENTS}/{{number}}/revocation": {"POST": AGENT | OFFICER},
    f"{_AGENTS}/confirmations": {"POST": AGENT | OFFICER},
    # the agency's
    "/tasks": {"GET": STAFF},
    "/handlaggning/ombud": {"GET": OFFICER, "POST": OFFICER},
    "/handlaggning/ombud/kommun/{municipality}": {"GET": OFFICER, "POST": OFFICER},
    "/handlaggning/ombud/{application}": {"GET": OFFICER, "POST": OFFICER},
    "/agents/confirmations": {"POST": OFFICER},
    f"{_APPLICATION}/completion-request": {"POST": OFFICER},
    f"{_APPLICATION}/approval": {"POST": OFFICER},
    f"{_APPLICATION}/closing": {"POST": OFFICER},
    f"{_ROUND}/allocation-lists/{{list}}": {"GET": OFFICER},
    f"{_ROUND}/allocation-lists/{{list}}/approval": {"POST": OFFICER},
    f"{_ROUND}/batches": {"POST": OFFICER},
    "/batches/{batch}": {"GET": STAFF},
    "/batches/{batch}/attestations": {"POST": ATTESTER},
    "/batches/{batch}/void": {"POST": STAFF},
    "/holds": {"GET": STAFF, "POST": STAFF},
    "/holds/{number}/release": {"POST": STAFF},
    f"{_ROUND}/holds": {"GET": STAFF, "POST": STAFF},
    f"{_ROUND}/holds/{{number}}/release": {"POST": STAFF},
    f"{_CASE}/holds": {"GET": STAFF, "POST": STAFF},
    f"{_CASE}/holds/{{number}}/release": {"POST": STAFF},
    f"{_CASE}/account/changes/{{number}}/approval": {"POST": OFFICER},
    f"{_CASE}/account/changes/{{number}}/refusal": {"POST": OFFICER},
    f"{_CASE}/requisitions/{{number}}/late-decision": {"POST": OFFICER},
    f"{_CASE}/payouts": {"GET": STAFF},
    f"{_PAYOUT}/void": {"POST": OFFICER},
    f"{_PAYOUT}/reissue": {"POST": OFFICER},
    f"{_PAYOUT}/resolution": {"POST": STAFF},
    f"{_PAYOUT}/resolution/confirmation": {"POST": STAFF},
    f"{_ROUND}/reconciliation": {"GET": STAFF},
    f"{_ROUND}/reconciliation.csv": {"GET": STAFF},
    f"{_CASE}/deliveries": {"GET": OFFICER},
    f"{_CASE}/deliveries/address": {"POST": OFFICER},
    f"{_CASE}/deliveries/proof": {"POST": OFFICER},
    f"{_CASE}/deliveries/links/renewal": {"POST": OFFICER},
    f"{_CASE}/deliveries/links/revocation": {"POST": OFFICER},
    f"{_CASE}/report": {"GET": OFFICER},
    f"{_CASE}/report/extension": {"POST": OFFICER},
    f"{_CASE}/report/reopening": {"POST": OFFICER},
    f"{_ROUND}/spot-checks": {"GET": OFFICER, "POST": OFFICER},
    f"{_ROUND}/spot-checks/{{number}}": {"GET": OFFICER},
    f"{_CASE}/spot-checks/{{number}}": {"GET": OFFICER},
    f"{_CASE}/spot-checks/{{number}}/conclusion": {"POST": OFFICER},
    f"{_CASE}/spot-checks/{{number}}/link": {"POST": OFFICER},
    f"{_ROUND}/recoveries": {"GET": OFFICER},
    f"{_ROUND}/recoveries/preparations": {"POST": OFFICER},
    f"{_ROUND}/recoveries/decisions": {"POST": OFFICER},
    _RECOVERY: {"GET": OFFICER},
    f"{_RECOVERY}/hearing/extension": {"POST": OFFICER},
    f"{_RECOVERY}/preparation": {"POST": OFFICER},
    f"{_RECOVERY}/decision": {"POST": OFFICER},
    f"{_RECOVERY}/appeals": {"GET": OFFICER, "POST": OFFICER},
    f"{_RECOVERY}/appeals/outcome": {"POST": OFFICER},
    f"{_RECOVERY}/reconsideration": {"GET": OFFICER, "POST": OFFICER},
    f"{_RECOVERY}/reconsideration/decision": {"POST": OFFICER},
    f"{_CASE}/invoices": {"GET": OFFICER},
    f"{_INVOICE}/reissue": {"POST": OFFICER},
    f"{_INVOICE}/set-off": {"POST": OFFICER},
    f"{_INVOICE}/set-off/decision": {"POST": OFFICER},
    f"{_INVOICE}/set-off/refusal": {"POST": OFFICER},
    f"{_INVOICE}/write-off": {"POST": OFFICER},
    f"{_INVOICE}/write-off/decision": {"POST": OFFICER},
    f"{_INVOICE}/interest": {"GET": OFFICER, "POST": OFFICER},
    f"{_INVOICE}/interest/waiver": {"POST": OFFICER},
    f"{_CASE}/refund": {"POST": OFFICER},
    # its pages
    "/handlaggning": {"GET": STAFF},
    "/handlaggning/sok": {"GET": STAFF},
    "/handlaggning/betalningar": {"GET": STAFF},
    "/handlaggning/batch/{batch}": {"GET": STAFF},
    "/handlaggning/batch/{batch}/atgard/{action}": {"GET": STAFF},
    "/handlaggning/avprickning": {"GET": STAFF},
    "/handlaggning/stopp": {"GET": STAFF},
    "/handlaggning/stopp/atgard/{action}": {"GET": STAFF},
    _FILE: {"GET": STAFF},
    f"{_FILE}/atgard/{{action}}": {"GET": STAFF},
    f"{_FILE}/diarium": {"GET": STAFF},
    f"{_FILE}/diarium.csv": {"GET": STAFF},
    f"{_FILE}/handlingar.zip": {"GET": STAFF},
    f"{_FILE}/handlingar/{{document}}": {"GET": STAFF},
    "/handlaggning/omgang/{round}": {"GET": STAFF},
    "/handlaggning/omgang/{round}/atgard/{action}": {"GET": STAFF},
    "/handlaggning/omgang/{round}/eniga": {"GET": OFFICER},
    "/handlaggning/omgang/{round}/diarium": {"GET": STAFF},
    "/handlaggning/omgang/{round}/diarium.csv": {"GET": STAFF},
    "/handlaggning/epost/{round}": {"GET": STAFF},
    "/entries": {"GET": OFFICER},
    "/entries/placements": {"POST": OFFICER},
}
"""No other site may call, so that no browser asks for OPTIONS: nothing answers it."""


def may(role: str, method: str, path: str, table: Rights = RIGHTS) -> bool:
    """Tell whether a role may call a route, its municipality aside; an empty role is nobody's."""
    roles = table.get(path, {}).get(method, frozenset())
    return roles == ANYONE or role in roles


def check(who: Caller | None, method: str, path: str, municipality: str | None, table: Rights = RIGHTS) -> None:
    """Let a caller on, or refuse.

    Parameters
    ----------
    who
        The caller; ``None`` where nobody is signed in.
    path
        The route as the API names it, such as ``/rounds/{round}/holds``.
    municipality
        Whose the route is, for those that are one municipality's.

    Raises
    ------
    Refusal
        ``not_signed_in`` (401), ``role_not_allowed`` or ``not_your_municipality`` (403).
    NotFound
        The route does not stand in the table.
    """
    if method not in table.get(path, {}):
        raise NotFound("page_not_found", "Sidan finns inte. Kontrollera adressen.")
    if may("", method, path, table):
        return
    if who is None:
        raise Refusal("not_signed_in", "Logga in för att fortsätta.", status=401)
    if not may(who.role, method, path, table):
        raise _not_for_the_role()
    if who.role in MUNICIPALITY and municipality is not None and municipality != who.municipality:
        raise Refusal(
            "not_your_municipality",
            "Du företräder en annan kommun och kan inte se det här ärendet.",
            status=403,
        )


def officers_alone(role: str) -> None:
    """Refuse, on a route of all staff, what only officers may see there: ``role_not_allowed`` (403)."""
    if role not in OFFICER:
        raise _not_for_the_role()


def _not_for_the_role() -> Refusal:
    return Refusal("role_not_allowed", "Du har inte behörighet till den här sidan.", status=403)
