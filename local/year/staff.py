"""What the agency's staff do: attest, put failed payouts right, prepare and decide recoveries. All over the API."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, NamedTuple

from local.client import expect
from local.year.municipalities import name_another_account
from local.year.world import World
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.money import ORE_PER_KRONA, Ore
from statsbidrag.usecases.bulk_decisions import MOST_AT_ONCE

ATTESTERS = ("attester-1", "attester-2")
PREPARES, DECIDES = "officer-1", "officer-2"
_PREPARED = ("prepare_decision", "prepare_agreed_decision", "weigh_objection")
"""Tasks to decide a recovery: nobody answered, or agreed, or somebody objected."""
_SMALL = "Beloppet är så litet att ett återkrav kostar mer än det ger. Socialstyrelsen avstår från återkrav."
_LATE = (
    "Återrapporteringen kom in för sent, men den visar att pengarna till stor del har använts enligt villkoren. "
    "Det är särskilda skäl att avstå från att kräva tillbaka den delen."
)
_REPORTED = (
    "Återrapporteringen visar hur mycket som har använts enligt villkoren. Den delen behöver inte betalas tillbaka."
)
_UNSPENT = "Kommunen har själv redovisat att pengarna inte har använts. Det finns inga särskilda skäl att avstå."
_JUDGED = "Förvaltningsrätten har ändrat beslutet. Kommunen ska betala tillbaka hälften av det som krävdes."
_WEIGHED_WAIVED = "Det som kommunen säger är särskilda skäl. Vi avstår från en del av återkravet."
_WEIGHED = "Det som kommunen säger visar inte att pengarna användes enligt villkoren. Vi står fast vid förslaget."
_MOVED = "Kommunen har bytt e-postsystem. Registraturen uppgav den nya adressen när vi ringde."
_MISTAKEN = "Brevet skräppostmarkerades av misstag. Registraturen tar gärna emot fler."
_GIVEN_UP = "Beloppet betalas inte, och att fortsätta kräva det kostar mer än det kan ge."
_CLAIMED = "Pengarna har inte redovisats som använda enligt villkoren. Det finns inga särskilda skäl att avstå."


def officer(world: World, subject: str) -> str:
    """Give the token of an officer."""
    return world.api.token(subject, "officer")


def due_tasks(world: World) -> list[dict[str, Any]]:
    """Give the work list of the staff."""
    tasks: list[dict[str, Any]] = expect(world.api.get("/tasks", officer(world, PREPARES)), 200).json()["tasks"]
    return tasks


class Done(NamedTuple):
    """What staff got done.

    Attributes
    ----------
    decided
        Recoveries that are invoiced next, by municipality and number.
    reconsidered
        How many were decided again, and are credited or invoiced next.
    payouts
        How many things let payouts go on.
    placed
        How many entries found their invoice.
    settled
        How many e-mails and rests that trouble nobody any more.
    """

    decided: tuple[tuple[str, str], ...]
    reconsidered: int
    payouts: int
    placed: int
    settled: int


def work_through(world: World, hands: Executor) -> Done:
    """Do what lies on the work list and can be done over the API.

    Parameters
    ----------
    hands
        Does several tasks at the same time, as an agency with more than one desk does.
    """
    tasks = due_tasks(world)
    batches = [task["about"] for task in tasks if task["kind"] == "attest_batch"]
    decisions = [(task["key"].split("#")[2], task["about"]) for task in tasks if task["kind"] in _PREPARED]
    done = [hands.submit(_attest, world, batch) for batch in batches]
    bulk = _decide_undisputed(world) if decisions else set()
    done += [hands.submit(_decide, world, *each) for each in decisions if each not in bulk]
    for each in done:
        each.result()
    mended = [_MENDING[t["kind"]](world, t["key"].split("#")[2], t["about"]) for t in tasks if t["kind"] in _MENDING]
    changed = [t for t in tasks if t["kind"] in _RECONSIDERED]
    for task in changed:
        _reconsider(world, task["key"].split("#")[2], task["about"], _RECONSIDERED[task["kind"]])
    placed = _place_entries(world) if any(task["kind"] == "place_entry" for task in tasks) else 0
    settled = [_SETTLING[t["kind"]](world, t["key"].split("#")[2], t["about"]) for t in tasks if t["kind"] in _SETTLING]
    return Done(tuple(decisions), len(changed), sum(mended), placed, sum(settled))


def _attest(world: World, batch: str) -> None:
    """As many persons attest as the batch needs, each by the control total that they see."""
    for subject in ATTESTERS:
        token = world.api.token(subject, "attester")
        shown = expect(world.api.get(f"/batches/{batch}", token), 200).json()
        if shown["attestations"] < shown["attestations_needed"]:
            body = {"total_ore": shown["total_ore"]}
            expect(world.api.post(f"/batches/{batch}/attestations", body, token), 200, 201)


def case_path(world: World, code: str) -> str:
    """Give the address of a municipality's case in the round that is played."""
    return f"/rounds/{world.inputs.round.id}/municipalities/{code}"


def _approve_account(world: World, code: str, change: str) -> bool:
    """Approve the account that stands beside the one in force."""
    path = f"{case_path(world, code)}/account"
    shown = expect(world.api.get(path, officer(world, PREPARES)), 200).json()
    waiting = next(item for item in shown["changes"] if item["change"] == int(change))
    body = {"account_kind": waiting["account_kind"], "account_number": waiting["account"]}
    expect(world.api.post(f"{path}/changes/{change}/approval", body, officer(world, PREPARES)), 200)
    return True


def _correct_account(world: World, code: str, payout: str) -> bool:
    """Await the municipality's answer to the e-mail; approve the account in it, and issue the payout anew."""
    if not name_another_account(world, world.behaviour(code)):
        return False
    shown = expect(world.api.get(f"{case_path(world, code)}/account", officer(world, PREPARES)), 200).json()
    for item in shown["changes"]:
        if item["status"] == "waiting":
            _approve_account(world, code, str(item["change"]))
    return _reissue(world, code, payout)


def _reissue(world: World, code: str, payout: str) -> bool:
    expect(world.api.post(f"{case_path(world, code)}/payouts/{payout}/reissue", {}, officer(world, PREPARES)), 200)
    return True


def _refund(world: World, code: str, _: str) -> bool:
    expect(world.api.post(f"{case_path(world, code)}/refund", {}, officer(world, PREPARES)), 200)
    return True


def _reconsider(world: World, code: str, recovery: str, again: _Again) -> None:
    """Decide again by what has come to light."""
    path = f"{case_path(world, code)}/recoveries/{recovery}/reconsideration"
    shown = expect(world.api.get(path, officer(world, PREPARES)), 200).json()
    amount = min(again.amount(shown), shown["to_pay_ore"])
    prepared = {"amount_ore": amount, "reasons": again.reasons}
    expect(world.api.post(path, prepared, officer(world, PREPARES)), 200)
    expect(world.api.post(f"{path}/decision", {"amount_ore": amount}, officer(world, DECIDES)), 200)


def _not_used(shown: dict[str, Any]) -> int:
    """What was used under the conditions by a late report need not be paid back."""
    return int(shown["paid_out_ore"] - shown["reported_used_ore"] + shown["reported_misused_ore"])


def _half(shown: dict[str, Any]) -> int:
    return int(shown["to_pay_ore"]) // 2 // ORE_PER_KRONA * ORE_PER_KRONA


class _Again(NamedTuple):
    """How a recovery is decided again: öre to pay back, by what is shown of it, and why."""

    amount: Callable[[dict[str, Any]], int]
    reasons: str


_RECONSIDERED = {
    "reconsider_after_late_report": _Again(_not_used, _REPORTED),
    "reconsider_after_appeal": _Again(_half, _JUDGED),
}


def _place_entries(world: World) -> int:
    """Place what came in without a right reference, where one suggestion is by far the likeliest."""
    waiting = expect(world.api.get("/entries", officer(world, PREPARES)), 200).json()["entries"]
    placed = 0
    for entry in waiting:
        found = entry["suggestions"]
        if not found or (len(found) > 1 and len(found[1]["reasons"]) == len(found[0]["reasons"])):
            continue
        first = found[0]
        where = {"round": world.plan.round_id, "municipality": first["municipality"], "invoice": first["invoice"]}
        body = {"entry": entry["entry"], **where}
        expect(world.api.post("/entries/placements", body, officer(world, PREPARES)), 201)
        placed += 1
    return placed


def _resolve(world: World, code: str, payout: str) -> bool:
    """Ask the bank about the payout's id; one person says what it answered, another confirms."""
    outcome = "carried_out" if world.bank.has_carried_out(payout) else "not_carried_out"
    path = f"{case_path(world, code)}/payouts/{payout}/resolution"
    told = {"outcome": outcome, "reason": "Banken har svarat på frågan om betalningen."}
    expect(world.api.post(path, told, officer(world, PREPARES)), 200)
    expect(world.api.post(f"{path}/confirmation", {"outcome": outcome}, officer(world, DECIDES)), 200)
    return True


_MENDING: dict[str, Callable[[World, str, str], bool]] = {
    "approve_account": _approve_account,
    "correct_payout_account": _correct_account,
    "reissue_payout": _reissue,
    "ask_bank_about_payout": _resolve,
    "refund_surplus": _refund,
}
"""What lets a payout go on, by the task that asks for it: municipality and payout or change; whether it was done."""


def _correct_address(world: World, code: str, _: str) -> bool:
    """Ring the registry and send again what bounced, if anybody answers."""
    if world.behaviour(code).episode != "bounced":
        return False
    domain = world.recipient(MunicipalityCode(code)).registry_email.partition("@")[2]
    return _set_address(world, code, f"kommun@{domain}", _MOVED)


def _answer_complaint(world: World, code: str, _: str) -> bool:
    return _set_address(world, code, world.recipient(MunicipalityCode(code)).registry_email, _MISTAKEN)


def _set_address(world: World, code: str, email: str, reason: str) -> bool:
    path = f"{case_path(world, code)}/deliveries/address"
    expect(world.api.post(path, {"email": email, "reason": reason}, officer(world, PREPARES)), 200)
    return True


def _write_off(world: World, code: str, invoice: str) -> bool:
    """One officer proposes to give up what is open, another decides."""
    path = f"{case_path(world, code)}/invoices/{invoice}/write-off"
    shown = expect(world.api.post(path, {"reason": _GIVEN_UP}, officer(world, PREPARES)), 200).json()
    [open_ore] = [each["open_ore"] for each in shown["invoices"] if each["invoice"] == invoice]
    expect(world.api.post(f"{path}/decision", {"amount_ore": open_ore}, officer(world, DECIDES)), 200)
    return True


def _follow_up(world: World, code: str, invoice: str) -> bool:
    return world.behaviour(code).episode == "written_off" and _write_off(world, code, invoice)


_SETTLING: dict[str, Callable[[World, str, str], bool]] = {
    "correct_registry_address": _correct_address,
    "answer_complaint": _answer_complaint,
    "propose_write_off": _write_off,
    "follow_up_unpaid_invoice": _follow_up,
}
"""What ends with the task that asks for it: municipality and e-mail or invoice; whether it did."""


def _decide_undisputed(world: World) -> set[tuple[str, str]]:
    """Decide at once what municipalities reported as unspent themselves.

    Returns
    -------
    set
        Municipality and recovery of each that was decided; what was declined is decided by itself.
    """
    path = f"/rounds/{world.plan.round_id}/recoveries"
    waiting = expect(world.api.get(path, officer(world, PREPARES)), 200).json()["recoveries"]
    declined: set[tuple[str, str]] = set()
    for start in range(0, len(waiting), MOST_AT_ONCE):
        some = waiting[start : start + MOST_AT_ONCE]
        chosen = [{name: each[name] for name in ("municipality", "recovery", "to_pay_ore")} for each in some]
        body = {"recoveries": chosen, "total_ore": sum(each["to_pay_ore"] for each in some)}
        for call, by in (("preparations", PREPARES), ("decisions", DECIDES)):
            more = {"reasons": _UNSPENT} if call == "preparations" else {}
            told = expect(world.api.post(f"{path}/{call}", body | more, officer(world, by)), 200).json()
            declined |= {_named(each) for each in told["declined"]}
    return {_named(each) for each in waiting} - declined


def _named(recovery: dict[str, Any]) -> tuple[str, str]:
    return recovery["municipality"], str(recovery["recovery"])


def _decide(world: World, code: str, recovery: str) -> None:
    path = f"{case_path(world, code)}/recoveries/{recovery}"
    shown = expect(world.api.get(path, officer(world, PREPARES)), 200).json()
    waived, reasons = _waiver(world, code, shown)
    prepared = {"waived_ore": waived, "reasons": reasons, "answers_seen": len(shown["answers"])}
    if any(answer["stance"] == "objects" for answer in shown["answers"]):
        prepared["answer_considered"] = _WEIGHED_WAIVED if waived else _WEIGHED
    expect(world.api.post(f"{path}/preparation", prepared, officer(world, PREPARES)), 200, 201)
    expect(world.api.post(f"{path}/decision", {}, officer(world, DECIDES)), 200, 201)


def _waiver(world: World, code: str, recovery: dict[str, Any]) -> tuple[Ore, str]:
    """Give what the officer refrains from, and why."""
    if proposed := Ore(recovery["proposed_waiver_ore"]):
        return proposed, _SMALL
    waived = min(world.behaviour(code).waived, Ore(recovery["claim_ore"]))
    return waived, _LATE if waived else _CLAIMED
