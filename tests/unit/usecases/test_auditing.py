"""An audit names every corruption that is planted."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta

import msgspec
import pytest

from statsbidrag.domain.batches import BATCH, PlanBatch, PrepareBatch, batch_key
from statsbidrag.domain.case import CASE
from statsbidrag.domain.case.commands import OpenCase
from statsbidrag.domain.case.events import RequisitionApproved
from statsbidrag.domain.errors import CorruptBooks
from statsbidrag.domain.journal import canonical, refold, seal, sha256
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.tasks import Task
from statsbidrag.ports import Collection, DueTask, Snapshot
from statsbidrag.usecases.audit import audit
from tests.builders import KEY, SPRING
from tests.fakes import FakeFiles, FakeStore
from tests.house import SYSTEM, House, incoming, later

BATCH_KEY = "BATCH#B-2025-20250404-1"
ROUND = "ROUND#2025"


@pytest.fixture
def agency() -> House:
    """Three municipalities; two of them paid, one approved after the batch; one entry in suspense."""
    agency = House({"0114": kronor(600), "0115": kronor(400), "0117": kronor(300)})
    agency.open_round()
    agency.requisition("0114")
    agency.requisition("0115")
    agency.validate()
    agency.at(later(SPRING, 1))
    agency.pay()
    agency.bank_books("B-2025-20250404-1")
    agency.entry(incoming("tack", kronor(5), agency.clock.time, "C-1"))
    agency.requisition("0117")
    agency.validate()
    agency.post()
    assert agency.findings() == []
    return agency


def change(agency: House, key: str, number: int, **changes: object) -> None:
    record = agency.store.records[key][number]
    agency.store.records[key][number] = msgspec.structs.replace(record, **changes)


def test_whole_books_have_no_findings_and_are_counted(agency: House) -> None:
    seen = agency.audit()
    assert seen.findings == ()
    assert seen.journals == 6
    assert seen.events == sum(len(records) for records in agency.store.records.values())
    assert seen.open_tasks == 1
    assert seen.heads == {key: snapshot.head for key, snapshot in sorted(agency.store.snapshots.items())}


@pytest.mark.parametrize("key", [KEY, BATCH_KEY, ROUND, "ENTRY#C-1"])
def test_a_changed_byte_in_an_event(agency: House, key: str) -> None:
    body = agency.store.records[key][1].body
    change(agency, key, 1, body=body.replace('"actor":"s', '"actor":"S').replace('"actor":"o', '"actor":"O'))
    assert f"{key}: {key} event 1: the content does not match its hash" in agency.findings()


def test_a_changed_amount_in_an_event(agency: House) -> None:
    body = agency.store.records[KEY][2].body
    change(agency, KEY, 2, body=body.replace("60000", "90000"))
    found = agency.findings()
    assert f"{KEY}: {KEY} event 2: the content does not match its hash" in found
    assert f"{KEY}: the snapshot is not what the journal folds to" in found


@pytest.mark.parametrize("field", ["type", "at", "hash"])
def test_a_changed_name_tag_of_an_event(agency: House, field: str) -> None:
    change(agency, KEY, 3, **{field: "x"})
    assert any(found.startswith(f"{KEY}: {KEY} event 3: ") for found in agency.findings())


@pytest.mark.parametrize("key", [KEY, BATCH_KEY, ROUND, "ENTRY#C-1"])
def test_a_changed_byte_in_a_snapshot(agency: House, key: str) -> None:
    snapshot = agency.store.snapshots[key]
    at = len(snapshot.state) // 2
    state = snapshot.state[:at] + bytes([snapshot.state[at] ^ 1]) + snapshot.state[at + 1 :]
    agency.store.snapshots[key] = msgspec.structs.replace(snapshot, state=state)
    assert f"{key}: the snapshot is not what the journal folds to" in agency.findings()


@pytest.mark.parametrize("changes", [{"version": 1}, {"head": "0" * 64}])
def test_a_snapshot_that_names_another_event(agency: House, changes: dict[str, object]) -> None:
    snapshot = agency.store.snapshots[KEY]
    agency.store.snapshots[KEY] = msgspec.structs.replace(snapshot, **changes)
    assert agency.findings() == [f"{KEY}: the snapshot names another last event than the journal has"]


def test_a_missing_snapshot(agency: House) -> None:
    del agency.store.snapshots[KEY]
    assert f"{KEY}: the snapshot is missing" in agency.findings()


@pytest.mark.parametrize("number", [1, 4])
def test_a_missing_event(agency: House, number: int) -> None:
    del agency.store.records[KEY][number]
    assert f"{KEY}: {KEY} event {number + 1}: number {number} was expected" in agency.findings()


def test_a_missing_last_event(agency: House) -> None:
    del agency.store.records[KEY][max(agency.store.records[KEY])]
    assert f"{KEY}: the snapshot names another last event than the journal has" in agency.findings()


def test_swapped_numbers(agency: House) -> None:
    records = agency.store.records[KEY]
    records[3], records[4] = (
        msgspec.structs.replace(records[4], number=3),
        msgspec.structs.replace(records[3], number=4),
    )
    found = agency.findings()
    assert f"{KEY}: {KEY} event 3: its name tag says something else than its content" in found
    assert f"{KEY}: {KEY} event 3: it does not follow the event before it" in found


def test_a_lost_task(agency: House) -> None:
    key = "CASE#2025#0117"
    del agency.store.tasks[key]["queue_payout-P-2025-0117-1"]
    assert agency.findings() == [f"{key}: task queue_payout-P-2025-0117-1 is not stored"]


def test_a_task_too_many(agency: House) -> None:
    task = Task("mail", "send_mail", "x", agency.clock.time)
    agency.store.tasks[KEY][task.id] = DueTask(KEY, task, "")
    assert agency.findings() == [f"{KEY}: task send_mail-x is stored but not owed"]


def test_a_task_moved_in_time(agency: House) -> None:
    stored = agency.store.tasks[KEY]
    name = "issue_report_link-1"
    task = msgspec.structs.replace(stored[name].task, due=stored[name].task.due + timedelta(days=1))
    stored[name] = msgspec.structs.replace(stored[name], task=task)
    assert len(agency.findings()) == 2


def test_an_overdue_task(agency: House) -> None:
    agency.at(later(agency.clock.time, 8))
    assert any("task queue_payout-P-2025-0117-1 is overdue since 2025-04-04" in found for found in agency.findings())


def test_a_payout_that_waits_for_the_banks_to_open_is_not_overdue(agency: House) -> None:
    agency.at(later(agency.clock.time, 5))
    assert agency.findings() == []


def test_a_payout_in_two_batches(agency: House) -> None:
    lines = agency.batch("B-2025-20250404-1").lines[:1]
    key = batch_key("B-2025-20250407-1")
    agency.books.handle(BATCH, key, PlanBatch(SPRING.date(), "system:thief", lines), SYSTEM)
    agency.books.handle(BATCH, key, PrepareBatch((lines[0].payout,), kronor(0)), SYSTEM)
    found = agency.findings()
    assert f"{ROUND}: a payout stands in two batches" in found
    assert f"{ROUND}: batches and cases do not name the same payouts" in found


def test_a_batch_that_is_only_planned_is_no_finding(agency: House) -> None:
    plan = PlanBatch(SPRING.date(), "system:test", agency.batch("B-2025-20250404-1").lines)
    agency.books.handle(BATCH, batch_key("B-2025-20250407-1"), plan, SYSTEM)
    assert agency.findings() == []


def test_a_batch_that_is_lost_from_its_list(agency: House) -> None:
    agency.store.lookups["BATCHES#2025"].clear()
    assert agency.findings() == [f"{ROUND}: batches and cases do not name the same payouts"]


def test_a_share_that_is_not_in_its_case(agency: House) -> None:
    agency.store.lookups["CASES#2025"].pop("0117")
    assert agency.findings() == [f"{ROUND}: 0117 does not have its share of 30000 öre"]


def test_a_share_that_was_changed_in_its_case(agency: House) -> None:
    case = agency.case("0117")
    assert case.recipient is not None
    assert case.terms is not None
    stolen = OpenCase(case.recipient, case.terms, "L-x", kronor(999))
    agency.books.handle(CASE, "CASE#2025#0117", stolen, SYSTEM)
    assert agency.findings() == [f"{ROUND}: 0117 does not have its share of 30000 öre"]


def test_a_list_that_does_not_sum_to_the_round(agency: House) -> None:
    record = agency.store.records[ROUND][1]
    body = record.body.replace('"total":130000', '"total":130001')
    change(agency, ROUND, 1, body=body)
    assert f"{ROUND}: the allocation list sums to 130000 öre, the round to 130001" in agency.findings()


def test_a_journal_that_does_not_fold_is_named_and_the_rest_is_audited(agency: House) -> None:
    agency.store.records[KEY] = {1: agency.store.records[KEY][4]}
    found = agency.findings()
    assert any(what.startswith(f"{KEY}: the journal does not fold") for what in found)
    assert not any("0115" in what for what in found)


def test_books_that_do_not_balance(agency: House) -> None:
    """Planted by someone who can write everything: journal, hashes and snapshot."""
    records = agency.store.records["CASE#2025#0114"]
    again = RequisitionApproved(1, "P-2025-0114-2", (), SPRING)
    last = records[max(records)]
    records[last.number + 1] = seal(KEY, last.number + 1, again, actor="x", at=SPRING, prev=last.hash)
    state = refold(CASE, KEY, list(records.values()))
    head = records[last.number + 1].hash
    agency.store.snapshots[KEY] = Snapshot(KEY, last.number + 1, head, canonical(state))
    assert f"{KEY}: does not hold: 0 <= paid <= approved <= allocated" in agency.findings()


class Busy(FakeStore):
    """A store that somebody writes to while the audit reads."""

    def __init__(self, agency: House) -> None:
        super().__init__()
        self.__dict__.update(agency.store.__dict__)
        self.agency = agency
        self.readings = 0

    def collection(self, key: str) -> Collection:
        read = super().collection(key)
        if key != "CASE#2025#0117" or self.readings:
            return read
        self.readings += 1
        self.agency.queue_payouts()
        return Collection(read.snapshot, super().collection(key).records, read.tasks)


def test_a_case_that_is_written_to_meanwhile_is_read_anew(agency: House) -> None:
    agency.at(later(SPRING, 4))
    busy = Busy(agency)
    seen = audit(dataclasses.replace(agency.books, store=busy), FakeFiles())
    assert busy.readings == 1
    assert seen.findings == ()


def test_the_heads_are_written_once(agency: House) -> None:
    agency.audit()
    assert agency.audit().findings == ()
    [(name, content)] = agency.vault.objects.items()
    assert name.startswith("heads/2025-04-04T08:30:00.000000Z-")
    agency.vault.objects[name] = content + b" "
    with pytest.raises(CorruptBooks):
        agency.audit()


def test_an_audit_at_the_same_instant_that_sees_more_writes_beside_the_first(agency: House) -> None:
    agency.audit()
    agency.entry(incoming("tack", kronor(7), agency.clock.time, "C-2"))
    assert agency.audit().findings == ()
    assert len(agency.vault.objects) == 2


def test_books_of_nothing_have_no_findings() -> None:
    assert House({"0114": Ore(100)}).findings() == []


def rewritten(agency: House, key: str) -> None:
    """Rewrite a case's journal as a whole, so that chain, snapshot and tasks fit each other again."""
    prev = "0" * 64
    for number, record in sorted(agency.store.records[key].items()):
        body = record.body.replace('"actor":"', '"actor":"another-')
        body = re.sub('"prev":"[0-9a-f]{64}"', f'"prev":"{prev}"', body)
        prev = sha256(body.encode())
        agency.store.records[key][number] = msgspec.structs.replace(record, body=body, hash=prev)
    agency.store.snapshots[key] = msgspec.structs.replace(agency.store.snapshots[key], head=prev)


def told(agency: House) -> list[str]:
    """What an audit finds that knows of the one before."""
    return [f"{finding.key}: {finding.what}" for finding in agency.audit().findings]


def test_a_journal_that_was_rewritten_whole_lacks_the_head_that_was_locked_away(agency: House) -> None:
    agency.audit()
    rewritten(agency, KEY)
    assert told(agency) == [f"{KEY}: the journal was rewritten: an earlier audit's last event is no longer in it"]


def test_a_journal_that_is_gone_is_missed(agency: House) -> None:
    agency.audit()
    agency.store.lookups.clear()
    assert f"{KEY}: the journal is gone, though an earlier audit saw it" in told(agency)


def test_a_journal_that_only_grew_holds_its_earlier_head(agency: House) -> None:
    agency.audit()
    agency.at(later(agency.clock.time, 1))
    agency.pay()
    assert told(agency) == []
