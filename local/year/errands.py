"""What staff do for one municipality that no task on their list asks for: when it writes, rings or appeals."""

from __future__ import annotations

from datetime import date
from typing import Any

from local.client import expect
from local.year.staff import PREPARES, case_path, officer
from local.year.world import World
from statsbidrag.domain.case.state import AppealOutcome
from statsbidrag.domain.identifiers import MunicipalityCode, payout_id

_HELD = "Kommunen utreder om rekvisitionen gjordes av rätt förvaltning. Betala inte ut förrän det är klart."
_RELEASED = "Kommunen har bekräftat rekvisitionen."
_EXTENDED = "Den som för bokföringen är sjuk. Kommunen behöver två veckor till."
_REOPENED = "Kommunen har hittat kostnader som saknas i återrapporteringen och vill rätta beloppet."
_APPEALED = "Kommunen har överklagat beslutet till förvaltningsrätten."
_ENDED: dict[AppealOutcome, str] = {
    "upheld": "Förvaltningsrätten avslår överklagandet.",
    "changed": "Förvaltningsrätten ändrar beslutet: kommunen behöver betala tillbaka hälften.",
}
_WRONG_REFERENCE = "Kommunen uppger att fakturareferensen i rekvisitionen hör till en annan förvaltning."


def _post(world: World, code: str, call: str, body: dict[str, Any], *statuses: int) -> dict[str, Any]:
    path = f"{case_path(world, code)}/{call}"
    told: dict[str, Any] = expect(world.api.post(path, body, officer(world, PREPARES)), *(statuses or (200,))).json()
    return told


def hold_payout(world: World, code: str) -> None:
    """Stop the municipality's first payout before it is in a batch."""
    payout = payout_id(world.plan.round_id, MunicipalityCode(code), 1)
    _post(world, code, "holds", {"payout": payout, "reason": _HELD}, 201)


def release_payout(world: World, code: str) -> None:
    """Let the payout go on."""
    _post(world, code, "holds/1/release", {"reason": _RELEASED})


def extend_report(world: World, code: str, last_day: date) -> None:
    """Give more time to report."""
    _post(world, code, "report/extension", {"last_day": last_day.isoformat(), "reason": _EXTENDED})


def reopen_report(world: World, code: str, last_day: date) -> None:
    """Let the municipality correct its report."""
    _post(world, code, "report/reopening", {"last_day": last_day.isoformat(), "reason": _REOPENED})


def note_appeal(world: World, code: str, recovery: str, received_on: date) -> None:
    """Note an appeal that came in time."""
    body = {"received_on": received_on.isoformat(), "arrived": "in_time", "reason": _APPEALED}
    _post(world, code, f"recoveries/{recovery}/appeals", body)


def end_appeal(world: World, code: str, recovery: str, outcome: AppealOutcome) -> None:
    """Note how the court judged."""
    body = {"outcome": outcome, "reason": _ENDED[outcome]}
    _post(world, code, f"recoveries/{recovery}/appeals/outcome", body)


def reissue_invoice(world: World, code: str, invoice: str) -> None:
    """Issue an invoice anew with the reference that the municipality gives."""
    reference = f"{world.recipient(MunicipalityCode(code)).invoice_reference}-2"
    body = {"reason": _WRONG_REFERENCE, "invoice_reference": reference}
    _post(world, code, f"invoices/{invoice}/reissue", body)
