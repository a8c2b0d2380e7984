"""The journal: one canonical form, one chain, and any changed byte named."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import msgspec
import pytest

from statsbidrag.domain.case import CASE
from statsbidrag.domain.errors import CorruptBooks
from statsbidrag.domain.journal import GENESIS, Record, check_chain, refold, seal, sha256, snake, unseal
from tests.builders import KEY, SPRING, invoiced


def journal() -> list[Record]:
    """A case from its opening to an invoice, sealed."""
    records: list[Record] = []
    for number, event in enumerate(invoiced().events, start=1):
        prev = records[-1].hash if records else GENESIS
        records.append(seal(KEY, number, event, actor="system:test", at=SPRING, prev=prev))
    return records


def test_every_event_comes_back_as_it_was_sealed() -> None:
    assert [unseal(record, CASE) for record in journal()] == invoiced().events


def test_the_journal_folds_to_the_case() -> None:
    assert refold(CASE, KEY, journal()) == invoiced().case


def test_a_sealed_event_is_the_same_bytes_each_time_and_in_every_time_zone() -> None:
    event = invoiced().events[0]
    here = SPRING.astimezone(timezone(timedelta(hours=2)))
    assert seal(KEY, 1, event, actor="a", at=here, prev=GENESIS) == seal(
        KEY, 1, event, actor="a", at=SPRING, prev=GENESIS
    )


def test_a_record_says_who_when_and_what_came_before() -> None:
    first, second, *_ = journal()
    body = msgspec.json.decode(second.body)
    assert body["prev"] == first.hash
    assert body["actor"] == "system:test"
    assert body["at"] == "2025-04-03T08:30:00.000000Z"
    assert (body["case"], body["number"], body["type"]) == (KEY, 2, second.type)


def test_an_event_without_a_time_zone_is_not_sealed() -> None:
    naive = datetime(2025, 4, 3, 8, 30)  # noqa: DTZ001
    with pytest.raises(ValueError, match="time zone"):
        seal(KEY, 1, invoiced().events[0], actor="a", at=naive, prev=GENESIS)


def test_a_whole_chain_has_nothing_wrong() -> None:
    assert check_chain(KEY, journal()) == []
    assert check_chain(KEY, []) == []


@pytest.mark.parametrize("number", range(len(journal())))
def test_one_changed_byte_is_named(number: int) -> None:
    records = journal()
    record = records[number]
    records[number] = msgspec.structs.replace(record, body=record.body.replace('"actor":"s', '"actor":"S'))
    assert check_chain(KEY, records) == [f"{KEY} event {number + 1}: the content does not match its hash"]


def test_a_changed_event_with_a_new_hash_breaks_the_chain_after_it() -> None:
    records = journal()
    body = records[2].body.replace("46183600", "96183600")
    records[2] = msgspec.structs.replace(records[2], body=body, hash=sha256(body.encode()))
    assert check_chain(KEY, records) == [f"{KEY} event 4: it does not follow the event before it"]


def test_a_missing_event_is_named() -> None:
    records = journal()
    del records[3]
    wrong = check_chain(KEY, records)
    assert f"{KEY} event 5: number 4 was expected" in wrong
    assert f"{KEY} event 5: it does not follow the event before it" in wrong


def test_swapped_events_are_named() -> None:
    records = journal()
    records[2], records[3] = records[3], records[2]
    assert f"{KEY} event 4: number 3 was expected" in check_chain(KEY, records)


def test_swapped_numbers_are_named() -> None:
    records = journal()
    third, fourth = records[2], records[3]
    records[2] = msgspec.structs.replace(fourth, number=3)
    records[3] = msgspec.structs.replace(third, number=4)
    assert f"{KEY} event 3: its name tag says something else than its content" in check_chain(KEY, records)


def test_an_event_of_another_case_is_named() -> None:
    other = "CASE#2025#0115"
    assert check_chain(other, journal()[:1]) == [f"{other} event 1: its name tag says something else than its content"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"schema":1', '"schema":2'),
        ('"type":"case_opened"', '"type":"case_closed"'),
        ('"municipality":"0114"', '"municipality":114'),
        ('"prev"', '"previous"'),
        ("{", "["),
    ],
)
def test_an_event_that_does_not_decode_is_corrupt(old: str, new: str) -> None:
    record = journal()[0]
    with pytest.raises(CorruptBooks):
        unseal(msgspec.structs.replace(record, body=record.body.replace(old, new, 1)), CASE)


def test_an_unreadable_event_is_named_by_the_chain() -> None:
    body = "not json"
    record = msgspec.structs.replace(journal()[0], body=body, hash=sha256(body.encode()))
    assert check_chain(KEY, [record]) == [f"{KEY} event 1: the content is not readable"]


def test_event_types_are_named_in_snake_case() -> None:
    assert snake("RequisitionReceived") == "requisition_received"
