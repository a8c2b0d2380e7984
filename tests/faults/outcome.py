"""What a run came to, in a form in which two runs can be compared; and what no run may come to."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar, cast

import msgspec

from statsbidrag.adapters.dynamodb import read_task
from statsbidrag.domain.batches import BATCH, Batch
from statsbidrag.domain.case import CASE
from statsbidrag.domain.case.state import Payout
from statsbidrag.domain.journal import Kind, Record
from statsbidrag.ports import Collection, Snapshot, Store
from statsbidrag.usecases.audit import audit
from statsbidrag.usecases.books import Books
from tests.fakes import FakeFiles
from tests.faults.world import Item, World

PAYMENTS = "the payments in the outbox"
_ONCE = re.compile(r"[^/]+/(out|invoices|letters|heads)/")
"""Objects that are written once and never again, not even with the same content."""
_BOOKKEEPING = ("CLAIM#",)
_WITH_THE_BANK = ("cleared", "sent", "acknowledged", "rejected")
_NOT_LIVE = ("planned", "void")
Facts = dict[str, object]
Compared = Callable[[str, object], object]
"""Gives what of a fact, by its name, must be the same; ``None`` of one that may differ."""
S = TypeVar("S")


class Outcome(msgspec.Struct, frozen=True):
    """A world at rest.

    Attributes
    ----------
    facts
        What must be the same whatever broke on the way, by name: states, tasks, files, payments, e-mails.
    wrong
        What is wrong whatever the other run says.
    """

    facts: Facts
    wrong: tuple[str, ...]

    def differences(self, undisturbed: Outcome, compared: Compared) -> list[str]:
        """Say what is wrong here, and what is otherwise than in an undisturbed run."""
        names = sorted(self.facts.keys() | undisturbed.facts.keys())
        before, after = (
            {name: compared(name, facts.get(name)) for name in names} for facts in (undisturbed.facts, self.facts)
        )
        told = [_difference(name, before[name], after[name]) for name in names]
        return [wrong for wrong in self.wrong if wrong not in undisturbed.wrong] + [text for text in told if text]


def _difference(name: str, before: object, after: object) -> str:
    return "" if before == after else f"{name} is {str(after)[:300]} and not {str(before)[:300]}"


def outcome_of(world: World) -> Outcome:
    """Look at a world at rest."""
    items, files = world.items(), world.files()
    out = [path for path in files if path.startswith(f"{world.stack.buckets['BankBucket']}/out/")]
    paid = {path: _payments(world, path) for path in out}
    payments = [identity for path in out for identity in paid[path]]
    facts: Facts = {
        "the e-mails taken": sorted(world.taken),
        PAYMENTS: sorted(payments),
        # A message that came twice may lie twice among the dead letters: sent again, both change nothing.
        "the queues": {name: sorted(set(bodies)) for name, bodies in world.waiting().items()},
        **{f"{pk} {sk}": _fact(sk, item) for (pk, sk), item in items.items() if _is_fact(pk, sk)},
        **{path: sorted(set(tags)) for path, tags in files.items() if "/heads/" not in path},
    }
    return Outcome(facts, (*_wrong(world, items, files), *_wrong_payments(items, paid), *_wrong_order(items)))


def _is_fact(pk: str, sk: str) -> bool:
    # Events are held against the state by the audit; who wrote them first may differ.
    return not pk.startswith(_BOOKKEEPING) and not sk.startswith("EVENT#")


def _fact(sk: str, item: Item) -> object:
    if sk == "SNAPSHOT":
        return item["state"], item["status"]
    return {name: value for name, value in item.items() if name != "correlation"}


def _payments(world: World, path: str) -> list[str]:
    content = world.content("BankBucket", path.partition("/")[2])
    return re.findall(r"<EndToEndId>([^<]+)</EndToEndId>", content.decode())


def _wrong(world: World, items: dict[tuple[str, str], Item], files: dict[str, list[str]]) -> Iterator[str]:
    for mail_id in _twice(world.taken):
        yield f"{mail_id} was mailed twice"
    if world.ses_took != len(world.taken):
        yield f"SES took {world.ses_took} e-mails, and the tags name {len(world.taken)}"
    for path, tags in files.items():
        if len(tags) > 1 and _ONCE.match(path):
            yield f"{path} was written {len(tags)} times"
    store = cast(Store, _Shelf(items))
    seen = audit(Books(store, world.clock, lambda record, context: None), FakeFiles())
    for finding in seen.findings:
        yield f"the audit says of {finding.key}: {finding.what}"


def _wrong_payments(items: dict[tuple[str, str], Item], paid: dict[str, list[str]]) -> Iterator[str]:
    """Hold the files in the outbox against batches and payouts: what leaves does so once, and never after it was void.

    A payout that two persons set back from unknown leaves once more for each time.
    """
    batches = {batch.id: batch for batch in _states(items, BATCH)}
    payouts = {payout.id: payout for case in _states(items, CASE) for payout in case.payouts}
    may = {name: 1 + payout.resets for name, payout in payouts.items()}
    for path, identities in paid.items():
        batch = batches[path.rpartition("/")[2].removesuffix(".xml")]
        if batch.status not in _WITH_THE_BANK:
            yield f"{path} lies in the outbox, and its batch is {batch.status}"
        if identities != [line.payout for line in batch.lines]:
            yield f"{path} does not pay what its batch says"
    for payment, times in Counter(identity for each in paid.values() for identity in each).items():
        if times > may[payment]:
            yield f"{payment} was paid {times} times"
    live = [batch for batch in batches.values() if batch.status not in _NOT_LIVE]
    for name, times in Counter(line.payout for batch in live for line in batch.lines).items():
        if times > may[name]:
            yield f"{name} stands in {times} live batches"
    for name, payout in payouts.items():
        if _is_stuck(payout, batches):
            yield f"{name} stands in {payout.batch}, which is void"


def _wrong_order(items: dict[tuple[str, str], Item]) -> Iterator[str]:
    """Read the journal of each batch: it is never cleared or sent after it was void, nor cleared while it is held."""
    void: set[str] = set()
    held: dict[str, set[str]] = defaultdict(set)
    for (pk, sk), item in items.items():
        if not (pk.startswith("BATCH#") and sk.startswith("EVENT#")):
            continue
        if item["type"] == "batch_voided":
            void.add(pk)
        elif item["type"] == "batch_held":
            held[pk].add(json.loads(item["body"])["data"]["hold"])
        elif item["type"] == "batch_released":
            held[pk].discard(json.loads(item["body"])["data"]["hold"])
        elif item["type"] in ("batch_cleared", "batch_sent") and pk in void:
            yield f"{pk} has {item['type']} after it was void"
        elif item["type"] == "batch_cleared" and held[pk]:
            yield f"{pk} was cleared while it was held by {held[pk]}"


def _is_stuck(payout: Payout, batches: dict[str, Batch]) -> bool:
    return payout.status == "batched" and batches[payout.batch].status == "void"


def _states(items: dict[tuple[str, str], Item], kind: Kind[S, Any, Any]) -> list[S]:
    return [
        msgspec.json.decode(item["state"], type=kind.state)
        for (pk, sk), item in items.items()
        if sk == "SNAPSHOT" and pk.startswith(f"{kind.name}#")
    ]


def _twice(names: Sequence[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


class _Shelf:
    """The reading half of `Store`, off the table's items as they lie; an audit needs no more."""

    def __init__(self, items: dict[tuple[str, str], Item]) -> None:
        self._items = items

    def _under(self, pk: str, prefix: str = "") -> list[Item]:
        return [item for (key, sk), item in self._items.items() if key == pk and sk.startswith(prefix)]

    def collection(self, key: str) -> Collection:
        item = self._items.get((key, "SNAPSHOT"))
        snapshot = Snapshot(key, int(item["version"]), item["head"], item["state"].encode()) if item else None
        records = (
            Record(key, int(item["sk"][len("EVENT#") :]), item["type"], item["at"], item["body"], item["hash"])
            for item in self._under(key, "EVENT#")
        )
        named = (
            {name: {"S": item[name]} for name in ("pk", "task", "correlation")} for item in self._under(key, "TASK#")
        )
        return Collection(snapshot, tuple(records), frozenset(read_task(item).task for item in named))

    def listed(self, index: str) -> Iterator[str]:
        yield from (item["sk"] for item in self._under(index))
