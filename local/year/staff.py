"""What the agency's staff do: attest batches, prepare and decide recoveries. All of it over the API."""

from __future__ import annotations

from concurrent.futures import Executor
from typing import Any

from local.client import expect
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


def work_through(world: World, hands: Executor) -> int:
    """Do what lies on the work list and can be done over the API; gives how many decisions were taken.

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
    return len(decisions)


def _attest(world: World, batch: str) -> None:
    """Two persons attest, each by the control total that they see."""
    for subject in ATTESTERS:
        token = world.api.token(subject, "attester")
        shown = expect(world.api.get(f"/batches/{batch}", token), 200).json()
        body = {"total_ore": shown["total_ore"]}
        expect(world.api.post(f"/batches/{batch}/attestations", body, token), 200, 201)


def _decide(world: World, code: str, recovery: str) -> None:
    path = f"/rounds/{world.inputs.round.id}/municipalities/{code}/recoveries/{recovery}"
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
