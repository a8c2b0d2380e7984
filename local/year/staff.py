"""What the agency's staff do: attest, put failed payouts right, prepare and decide recoveries. All over the API."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, NamedTuple

from local.client import expect
from local.year.municipalities import name_another_account
from local.year.world import World
from statsbidrag.domain.money import Ore

ATTESTERS = ("attester-1", "attester-2")
PREPARES, DECIDES = "officer-1", "officer-2"
_SMALL = "Beloppet är så litet att ett återkrav kostar mer än det ger. Socialstyrelsen avstår från återkrav."
_LATE = (
    "Återrapporteringen kom in för sent, men den visar att pengarna till stor del har använts enligt villkoren. "
    "Det är särskilda skäl att avstå från att kräva tillbaka den delen."
)
_CLAIMED = "Pengarna har inte redovisats som använda enligt villkoren. Det finns inga särskilda skäl att avstå."


def officer(world: World, subject: str) -> str:
    """Give the token of an officer."""
    return world.api.token(subject, "officer")


def due_tasks(world: World) -> list[dict[str, Any]]:
    """Give the work list of the staff."""
    tasks: list[dict[str, Any]] = expect(world.api.get("/tasks", officer(world, PREPARES)), 200).json()["tasks"]
    return tasks


class Done(NamedTuple):
    """What staff got done: decisions on recoveries, and things that let payouts go on."""

    decisions: int
    payouts: int


def work_through(world: World, hands: Executor) -> Done:
    """Do what lies on the work list and can be done over the API.

    Parameters
    ----------
    hands
        Does several tasks at the same time, as an agency with more than one desk does.
    """
    tasks = due_tasks(world)
    batches = [task["about"] for task in tasks if task["kind"] == "attest_batch"]
    decisions = [(task["key"].split("#")[2], task["about"]) for task in tasks if task["kind"] == "prepare_decision"]
    done = [hands.submit(_attest, world, batch) for batch in batches]
    done += [hands.submit(_decide, world, code, recovery) for code, recovery in decisions]
    for each in done:
        each.result()
    mended = [_MENDING[t["kind"]](world, t["key"].split("#")[2], t["about"]) for t in tasks if t["kind"] in _MENDING]
    return Done(len(decisions), sum(mended))


def _attest(world: World, batch: str) -> None:
    """As many persons attest as the batch needs, each by the control total that they see."""
    for subject in ATTESTERS:
        token = world.api.token(subject, "attester")
        shown = expect(world.api.get(f"/batches/{batch}", token), 200).json()
        if shown["attestations"] < shown["attestations_needed"]:
            body = {"total_ore": shown["total_ore"]}
            expect(world.api.post(f"/batches/{batch}/attestations", body, token), 200, 201)


def _case(world: World, code: str) -> str:
    return f"/rounds/{world.inputs.round.id}/municipalities/{code}"


def _approve_account(world: World, code: str, change: str) -> bool:
    """Approve the account that stands beside the one in force."""
    path = f"{_case(world, code)}/account"
    shown = expect(world.api.get(path, officer(world, PREPARES)), 200).json()
    waiting = next(item for item in shown["changes"] if item["change"] == int(change))
    body = {"account_kind": waiting["account_kind"], "account_number": waiting["account"]}
    expect(world.api.post(f"{path}/changes/{change}/approval", body, officer(world, PREPARES)), 200)
    return True


def _correct_account(world: World, code: str, payout: str) -> bool:
    """Await the municipality's answer to the e-mail; approve the account in it, and issue the payout anew."""
    if not name_another_account(world, world.behaviour(code)):
        return False
    shown = expect(world.api.get(f"{_case(world, code)}/account", officer(world, PREPARES)), 200).json()
    for item in shown["changes"]:
        if item["status"] == "waiting":
            _approve_account(world, code, str(item["change"]))
    return _reissue(world, code, payout)


def _reissue(world: World, code: str, payout: str) -> bool:
    expect(world.api.post(f"{_case(world, code)}/payouts/{payout}/reissue", {}, officer(world, PREPARES)), 200)
    return True


def _resolve(world: World, code: str, payout: str) -> bool:
    """Ask the bank about the payout's id; one person says what it answered, another confirms."""
    outcome = "carried_out" if world.bank.has_carried_out(payout) else "not_carried_out"
    path = f"{_case(world, code)}/payouts/{payout}/resolution"
    told = {"outcome": outcome, "reason": "Banken har svarat på frågan om betalningen."}
    expect(world.api.post(path, told, officer(world, PREPARES)), 200)
    expect(world.api.post(f"{path}/confirmation", {"outcome": outcome}, officer(world, DECIDES)), 200)
    return True


_MENDING: dict[str, Callable[[World, str, str], bool]] = {
    "approve_account": _approve_account,
    "correct_payout_account": _correct_account,
    "reissue_payout": _reissue,
    "ask_bank_about_payout": _resolve,
}
"""What lets a payout go on, by the task that asks for it: municipality and payout or change; whether it was done."""


def _decide(world: World, code: str, recovery: str) -> None:
    path = f"{_case(world, code)}/recoveries/{recovery}"
    shown = expect(world.api.get(path, officer(world, PREPARES)), 200).json()
    waived, reasons = _waiver(world, code, shown)
    prepared = {"waived_ore": waived, "reasons": reasons}
    expect(world.api.post(f"{path}/preparation", prepared, officer(world, PREPARES)), 200, 201)
    expect(world.api.post(f"{path}/decision", {}, officer(world, DECIDES)), 200, 201)


def _waiver(world: World, code: str, recovery: dict[str, Any]) -> tuple[Ore, str]:
    """Give what the officer refrains from, and why."""
    if proposed := Ore(recovery["proposed_waiver_ore"]):
        return proposed, _SMALL
    waived = min(world.behaviour(code).waived, Ore(recovery["claim_ore"]))
    return waived, _LATE if waived else _CLAIMED
