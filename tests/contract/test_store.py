"""What every `Store` promises, held against each implementation."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar, cast

import msgspec
import pytest

from statsbidrag.adapters.dynamodb import DynamoDBStore
from statsbidrag.domain.case import CASE
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.events import AllocationSet
from statsbidrag.domain.errors import Conflict, CorruptBooks
from statsbidrag.domain.journal import GENESIS, Granted, Lookup, Record, canonical, check_chain, refold, seal
from statsbidrag.domain.money import kronor
from statsbidrag.domain.tasks import Task
from statsbidrag.ports import Commit, DueTask, Marker, Request, Snapshot, Store
from statsbidrag.usecases.books import Books, Context
from tests.builders import KEY, RECIPIENT, SPRING, TERMS, requisition
from tests.contract.conftest import Cloud
from tests.fakes import FakeClock, FakeStore

T = TypeVar("T")
THREADS = 16
SYSTEM = Context("system:test", "correlation")
OTHER = "CASE#2025#0115"
REQUEST = Request("requisition:agent:1", "hash")


def task(name: str, minutes: int = 0, kind: str = "send_mail") -> Task:
    return Task("mail", kind, name, SPRING + timedelta(minutes=minutes))


def record(number: int, key: str = KEY, text: str = "L-1") -> Record:
    return seal(key, number, AllocationSet(text, kronor(number)), actor="test", at=SPRING, prev=GENESIS)


def commit(version: int, key: str = KEY, **changes: object) -> Commit:
    """One event on top of the version before."""
    plain = Commit(
        expected=version - 1,
        snapshot=Snapshot(key, version, f"head-{version}", canonical({"version": version, "name": "Åmål 🏡"})),
        status="open",
        records=(record(version, key),),
        tasks_put=frozenset(),
        tasks_removed=frozenset(),
        lookups=(),
        correlation="correlation",
    )
    return msgspec.structs.replace(plain, **changes)


def stored(store: Store, key: str = KEY) -> tuple[object, ...]:
    return store.load(key), tuple(store.collection(key).records), store.collection(key).tasks


def test_nothing_is_there_before_the_first_commit(store: Store) -> None:
    assert stored(store) == (None, (), frozenset())
    assert store.marker(KEY, REQUEST) is None
    assert list(store.listed("CASES#2025")) == []
    assert store.found("LINK", "hash") is None
    assert list(store.due("mail", SPRING)) == []


def test_a_commit_is_stored_whole_and_comes_back_byte_for_byte(store: Store) -> None:
    whole = commit(
        1,
        tasks_put=frozenset({task("a"), task("b")}),
        lookups=(Lookup("CASES#2025", "0114"),),
        request=REQUEST,
        answer=b'{"tack":"\xc3\xa5"}',
    )
    store.commit(whole)
    assert stored(store) == (whole.snapshot, whole.records, whole.tasks_put)
    assert store.marker(KEY, REQUEST) == Marker("hash", whole.answer)
    assert store.found("CASES#2025", "0114") == KEY
    assert list(store.due("mail", SPRING)) == [
        DueTask(KEY, task("a"), "correlation"),
        DueTask(KEY, task("b"), "correlation"),
    ]


def test_commits_follow_each_other(store: Store) -> None:
    for version in range(1, 12):
        store.commit(commit(version))
    snapshot = store.load(KEY)
    assert snapshot is not None
    assert snapshot.version == 11
    assert [each.number for each in store.collection(KEY).records] == list(range(1, 12))
    assert stored(store, OTHER) == (None, (), frozenset())


REFUSED = {
    "first": commit(1, records=(record(7),)),
    "stale": commit(2, expected=0, records=(record(8),)),
    "ahead": commit(3),
    "event exists": commit(2, records=(record(1),)),
    "marker exists": commit(2, request=REQUEST),
    "lookup exists": commit(2, lookups=(Lookup("LINK", "hash"),)),
}


@pytest.mark.parametrize("refused", REFUSED.values(), ids=REFUSED.keys())
def test_a_commit_that_was_overtaken_is_a_conflict_and_leaves_no_trace(store: Store, refused: Commit) -> None:
    store.commit(
        commit(1, tasks_put=frozenset({task("a")}), lookups=(Lookup("LINK", "hash"),), request=REQUEST, answer=b"{}")
    )
    before = stored(store)
    tasks = {"tasks_put": frozenset({task("late")}), "tasks_removed": frozenset({task("a")})}
    with pytest.raises(Conflict):
        store.commit(msgspec.structs.replace(refused, **tasks))
    assert stored(store) == before
    assert len(list(store.due("mail", SPRING))) == 1


def test_a_commit_on_nothing_needs_version_nothing(store: Store) -> None:
    with pytest.raises(Conflict):
        store.commit(commit(2))
    assert store.load(KEY) is None


def test_the_same_commit_again_is_done_once(store: Store) -> None:
    """AWS knows it by its token and says yes, moto does not and says no; neither does it twice."""
    store.commit(commit(1))
    again = commit(2, tasks_put=frozenset({task("a")}))
    store.commit(again)
    before = stored(store)
    with contextlib.suppress(Conflict):
        store.commit(again)
    assert stored(store) == before


def test_tasks_are_put_replaced_and_removed(store: Store) -> None:
    store.commit(commit(1, tasks_put=frozenset({task("a"), task("b"), task("c")})))
    moved = task("b", minutes=5)
    store.commit(commit(2, tasks_put=frozenset({moved}), tasks_removed=frozenset({task("c")})))
    assert store.collection(KEY).tasks == {task("a"), moved}
    assert [due.task for due in store.due("mail", SPRING)] == [task("a")]
    assert [due.task for due in store.due("mail", moved.due)] == [task("a"), moved]


def test_mandates_are_put_replaced_and_removed_with_the_commit(store: Store, implementation: Cloud | None) -> None:
    def mandates(subject: str) -> list[tuple[str, str, str]]:
        if implementation is None:
            kept = cast(FakeStore, store).mandates.items()
            return [(f"MANDATE#{code}", code, role) for (whose, code), role in kept if whose == subject]
        found = implementation.dynamodb.query(
            TableName=implementation.table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": f"PERSON#{subject}"}},
        )["Items"]
        return [(each["sk"]["S"], each["municipality"]["S"], each["role"]["S"]) for each in found]

    first = {Granted("a", "0114", "agent"), Granted("b", "0114", "coordinator")}
    store.commit(commit(1, granted=frozenset(first)))
    assert mandates("a") == [("MANDATE#0114", "0114", "agent")]
    changed = frozenset({Granted("b", "0114", "agent")})
    store.commit(commit(2, granted=changed, ended=frozenset({Granted("a", "0114", "agent")})))
    assert (mandates("a"), mandates("b")) == ([], [("MANDATE#0114", "0114", "agent")])
    with pytest.raises(Conflict):
        store.commit(commit(2, granted=frozenset({Granted("c", "0114", "agent")})))
    assert mandates("c") == []


def test_many_commits_are_written_and_each_is_whole(store: Store) -> None:
    keys = [f"CASE#2025#{number:04d}" for number in range(120)]
    store.commit_all([commit(1, key, lookups=(Lookup("MANY", key),)) for key in keys])
    assert sorted(store.load_all(keys)) == keys
    assert list(store.listed("MANY")) == keys
    store.commit_all([])
    with pytest.raises(Conflict):
        store.commit_all([commit(1, keys[0])])


def test_removing_a_task_that_is_not_there_is_no_error(store: Store) -> None:
    store.commit(commit(1, tasks_removed=frozenset({task("gone")})))
    assert store.collection(KEY).tasks == frozenset()


def test_many_snapshots_come_with_few_readings_and_those_that_are_not_there_are_left_out(store: Store) -> None:
    there = [f"CASE#2025#{number:04d}" for number in range(120)]
    for key in there:
        store.commit(commit(1, key))
    store.commit(commit(2, there[-1]))
    asked = [OTHER.replace("0115", "9999"), *reversed(there), there[0]]
    assert store.load_all(asked) == {key: store.load(key) for key in there}
    assert store.load_all([]) == {}


def test_snapshots_that_one_answer_has_no_room_for_are_asked_for_again(store: Store) -> None:
    large = canonical({"text": "x" * 380_000})
    there = [f"CASE#2025#{number:04d}" for number in range(50)]
    for key in there:
        store.commit(commit(1, key, snapshot=Snapshot(key, 1, "head-1", large)))
    assert store.load_all(there).keys() == set(there)


def test_due_tasks_come_oldest_first_of_one_queue_only_and_when_due(store: Store) -> None:
    officer = Task("officer", "prepare_decision", "1", SPRING)
    store.commit(commit(1, tasks_put=frozenset({task("c", 3), task("a", 1), officer})))
    store.commit(commit(1, OTHER, tasks_put=frozenset({task("b", 2), task("d", 4)})))
    at = SPRING + timedelta(minutes=3)
    assert [(due.key, due.task.about) for due in store.due("mail", at)] == [(KEY, "a"), (OTHER, "b"), (KEY, "c")]
    assert [due.task for due in store.due("officer", at)] == [officer]
    assert [due.task.about for due in store.due("mail", at - timedelta(microseconds=1))] == ["a", "b"]


def test_due_tasks_beyond_a_page_are_all_given(store: Store) -> None:
    for batch in range(3):
        key = f"CASE#2025#{batch:04d}"
        tasks = frozenset(task(f"{batch}-{n}", minutes=n) for n in range(5))
        store.commit(commit(1, key, tasks_put=tasks, correlation="x" * 100_000))
    given = list(store.due("mail", SPRING + timedelta(days=1)))
    assert len({(due.key, due.task.id) for due in given}) == len(given) == 15
    assert [due.task.due for due in given] == sorted(due.task.due for due in given)


def test_a_journal_beyond_a_page_is_given_whole_and_in_order(store: Store) -> None:
    for version in range(1, 13):
        store.commit(commit(version, records=(record(version, text="x" * 100_000),)))
    assert [each.number for each in store.collection(KEY).records] == list(range(1, 13))


def test_names_under_an_index_come_in_order(store: Store) -> None:
    for code in ("0115", "0114", "2584"):
        store.commit(commit(1, f"CASE#2025#{code}", lookups=(Lookup("CASES#2025", code),)))
    assert list(store.listed("CASES#2025")) == ["0114", "0115", "2584"]
    assert list(store.listed("CASES#2024")) == []


def test_a_marker_belongs_to_its_aggregate_and_key(store: Store) -> None:
    store.commit(commit(1, request=REQUEST, answer=b"{}"))
    assert store.marker(OTHER, REQUEST) is None
    assert store.marker(KEY, Request("requisition:agent:2", "hash")) is None
    assert store.marker(KEY, Request(REQUEST.key, "another")) == Marker("hash", b"{}")


def test_a_claim_is_given_once_until_it_is_released(store: Store) -> None:
    later = SPRING + timedelta(hours=2)
    assert store.claim("MAIL#a#1", SPRING) is None
    assert store.claim("MAIL#a#1", later) == SPRING
    assert store.claim("MAIL#b#1", later) is None
    store.release("MAIL#a#1")
    store.release("MAIL#a#1")
    assert store.claim("MAIL#a#1", later) is None


def test_a_commit_that_is_too_large_is_refused_before_it_is_sent(store: Store) -> None:
    with pytest.raises(CorruptBooks):
        store.commit(commit(1, tasks_put=frozenset(task(str(n)) for n in range(99))))
    assert stored(store) == (None, (), frozenset())


def test_the_real_books_keep_journal_snapshot_and_tasks_together(store: Store) -> None:
    books = Books(store, FakeClock(SPRING), lambda record, context: None)
    books.handle(CASE, KEY, c.OpenCase(RECIPIENT, TERMS, "L-1", kronor(10)), SYSTEM)
    first = books.handle(CASE, KEY, requisition(kronor(5)), SYSTEM, request=REQUEST, answer=lambda case: case.money)
    again = books.handle(CASE, KEY, requisition(kronor(5)), SYSTEM, request=REQUEST, answer=lambda case: case.money)
    assert again.answer == first.answer
    assert again.records == ()
    books.handle(CASE, KEY, c.ValidateRequisition(1), SYSTEM)
    records = store.collection(KEY).records
    state = books.state(CASE, KEY)
    assert check_chain(KEY, records) == []
    assert canonical(refold(CASE, KEY, records)) == canonical(state)
    assert store.collection(KEY).tasks == CASE.owed(state)


# Many at once: the embedded AWS alone, since moto's transactions are not safe for threads


@pytest.fixture
def shared(embedded: Cloud) -> DynamoDBStore:
    return DynamoDBStore(embedded.dynamodb, embedded.table)


def at_once(work: Callable[[int], T], over: Iterable[int] = range(THREADS)) -> list[T]:
    numbers = list(over)
    gate = threading.Barrier(len(numbers))

    def start(number: int) -> T:
        gate.wait()
        return work(number)

    with ThreadPoolExecutor(len(numbers)) as pool:
        return list(pool.map(start, numbers))


def won(store: Store, wish: Commit) -> bool:
    try:
        store.commit(wish)
    except Conflict:
        return False
    return True


@pytest.mark.embedded
def test_each_version_has_exactly_one_winner(shared: DynamoDBStore) -> None:
    for version in range(1, 6):
        wishes = [
            commit(version, correlation=str(n), tasks_put=frozenset({task(f"{version}-{n}")})) for n in range(THREADS)
        ]
        winners = at_once(lambda n, wishes=wishes: won(shared, wishes[n]))  # type: ignore[misc]
        assert sum(winners) == 1
        snapshot = shared.load(KEY)
        assert snapshot is not None
        assert snapshot.version == version
        assert {t.about for t in shared.collection(KEY).tasks if t.about.startswith(f"{version}-")} == {
            f"{version}-{winners.index(True)}"
        }
    assert [each.number for each in shared.collection(KEY).records] == [1, 2, 3, 4, 5]


@pytest.mark.embedded
def test_sixteen_writers_of_one_case_lose_no_update(shared: DynamoDBStore) -> None:
    books = Books(shared, FakeClock(SPRING), lambda record, context: None)
    books.handle(CASE, KEY, c.OpenCase(RECIPIENT, TERMS, "L-0", kronor(10)), SYSTEM)

    def write(number: int) -> int:
        command = c.OpenCase(RECIPIENT, TERMS, f"L-{number + 1}", kronor(number + 1))
        for lost in range(THREADS):
            try:
                books.handle(CASE, KEY, command, SYSTEM)
            except Conflict:
                continue
            return lost
        raise AssertionError("a writer never came through")

    at_once(write)
    records = shared.collection(KEY).records
    assert check_chain(KEY, records) == []
    lists = {record.body.split('"allocation_list":"')[1].split('"')[0] for record in records[1:]}
    assert lists == {f"L-{n}" for n in range(THREADS + 1)}
    assert canonical(books.state(CASE, KEY)) == canonical(refold(CASE, KEY, records))


@pytest.mark.embedded
def test_one_form_sent_many_times_at_once_is_stored_once_and_answered_alike(shared: DynamoDBStore) -> None:
    books = Books(shared, FakeClock(SPRING), lambda record, context: None)
    books.handle(CASE, KEY, c.OpenCase(RECIPIENT, TERMS, "L-1", kronor(10)), SYSTEM)
    command = requisition(kronor(5))
    answers = at_once(
        lambda _: books.handle(CASE, KEY, command, SYSTEM, request=REQUEST, answer=lambda case: case.money).answer
    )
    assert len(set(answers)) == 1
    assert len(books.state(CASE, KEY).requisitions) == 1


@pytest.mark.embedded
def test_a_claim_has_one_winner(shared: DynamoDBStore) -> None:
    claims = at_once(lambda _: shared.claim("MAIL#a#1", SPRING))
    assert claims.count(None) == 1
    assert set(claims) == {None, SPRING}
