"""What a run came to, in a form in which two runs can be compared; and what no run may come to."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import cast

import msgspec

from statsbidrag.adapters.dynamodb import read_task
from statsbidrag.domain.journal import Record
from statsbidrag.ports import Collection, Snapshot, Store
from statsbidrag.usecases.audit import audit
from statsbidrag.usecases.books import Books
from tests.fakes import FakeFiles
from tests.faults.world import Item, World

_ONCE = re.compile(r"[^/]+/(out|invoices|letters|heads)/")
"""Objects that are written once and never again, not even with the same content."""
_BOOKKEEPING = ("CLAIM#",)
Facts = dict[str, object]


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

    def differences(self, undisturbed: Outcome) -> list[str]:
        """Say what is wrong here, and what is otherwise than in an undisturbed run."""
        names = sorted(self.facts.keys() | undisturbed.facts.keys())
        told = [_difference(name, undisturbed.facts.get(name), self.facts.get(name)) for name in names]
        return [wrong for wrong in self.wrong if wrong not in undisturbed.wrong] + [text for text in told if text]


def _difference(name: str, before: object, after: object) -> str:
    return "" if before == after else f"{name} is {str(after)[:300]} and not {str(before)[:300]}"


def outcome_of(world: World) -> Outcome:
    """Look at a world at rest."""
    items, files = world.items(), world.files()
    out = [path for path in files if path.startswith(f"{world.stack.buckets['BankBucket']}/out/")]
    payments = [identity for path in out for identity in _payments(world, path)]
    facts: Facts = {
        "the e-mails taken": sorted(world.taken),
        "the payments in the outbox": sorted(payments),
        # A message that came twice may lie twice among the dead letters: sent again, both change nothing.
        "the queues": {name: sorted(set(bodies)) for name, bodies in world.waiting().items()},
        **{f"{pk} {sk}": _fact(sk, item) for (pk, sk), item in items.items() if _is_fact(pk, sk)},
        **{path: sorted(set(tags)) for path, tags in files.items() if "/heads/" not in path},
    }
    return Outcome(facts, tuple(_wrong(world, items, files, payments)))


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


def _wrong(
    world: World, items: dict[tuple[str, str], Item], files: dict[str, list[str]], payments: Sequence[str]
) -> Iterator[str]:
    for mail_id in _twice(world.taken):
        yield f"{mail_id} was mailed twice"
    if world.ses_took != len(world.taken):
        yield f"SES took {world.ses_took} e-mails, and the tags name {len(world.taken)}"
    for payment in _twice(payments):
        yield f"{payment} was paid twice"
    for path, tags in files.items():
        if len(tags) > 1 and _ONCE.match(path):
            yield f"{path} was written {len(tags)} times"
    store = cast(Store, _Shelf(items))
    seen = audit(Books(store, world.clock, lambda record, context: None), FakeFiles())
    for finding in seen.findings:
        yield f"the audit says of {finding.key}: {finding.what}"


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
