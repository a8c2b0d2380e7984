"""A message is handled, handed out again, or safe in the dead-letter queue: never lost."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from statsbidrag.domain.errors import Conflict, CorruptBooks, Refusal, StatsbidragError
from statsbidrag.entry.batch import Message, process

Lines = Callable[[], list[dict[str, Any]]]


class Ports:
    """A dead-letter queue and a delay that can break on demand."""

    def __init__(self, broken: bool = False) -> None:
        self.broken = broken
        self.dead: list[tuple[str, str]] = []
        self.delayed: list[str] = []

    def on_permanent(self, message: Message, code: str) -> None:
        self._work()
        self.dead.append((message.id, code))

    def backoff(self, message: Message) -> None:
        self._work()
        self.delayed.append(message.id)

    def _work(self) -> None:
        if self.broken:
            raise ConnectionError("the queue is away")


def _event(*bodies: str, queue: str = "validate", groups: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"m{number}",
                "receiptHandle": f"r{number}",
                "body": body,
                "attributes": {"ApproximateReceiveCount": "2"} | ({"MessageGroupId": groups[number]} if groups else {}),
                "eventSourceARN": f"arn:aws:sqs:eu-north-1:000000000000:{queue}",
            }
            for number, body in enumerate(bodies)
        ]
    }


def _failing(errors: dict[str, Exception], seen: list[str]) -> Callable[[Message], None]:
    def handle(message: Message) -> None:
        seen.append(message.id)
        if message.id in errors:
            raise errors[message.id]

    return handle


def _run(errors: dict[str, Exception], event: dict[str, Any], ports: Ports) -> tuple[list[str], list[str]]:
    seen: list[str] = []
    answer = process(event, _failing(errors, seen), ports.on_permanent, ports.backoff)
    assert list(answer) == ["batchItemFailures"]
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]], seen


def test_all_is_well() -> None:
    ports = Ports()
    assert _run({}, _event("{}", "{}"), ports) == ([], ["m0", "m1"])
    assert not ports.dead


def test_the_handler_gets_the_message_read() -> None:
    got: list[Message] = []
    process(_event('{"case": "CASE#2025#0114"}'), got.append, Ports().on_permanent, Ports().backoff)
    assert (got[0].body, got[0].received, got[0].group) == ({"case": "CASE#2025#0114"}, 2, None)


@pytest.mark.parametrize("error", [Refusal("payout_not_due", "Nej."), CorruptBooks("sum")])
def test_what_can_never_succeed_goes_to_the_dead_letter_queue_with_its_reason(error: StatsbidragError) -> None:
    ports = Ports()
    assert _run({"m1": error}, _event("{}", "{}", "{}"), ports) == ([], ["m0", "m1", "m2"])
    assert ports.dead == [("m1", error.code)]


@pytest.mark.parametrize("body", ["", "{", "null", "[" * 100_000])
def test_a_body_that_cannot_be_read_goes_there_too(body: str) -> None:
    ports = Ports()
    assert _run({}, _event(body, "{}"), ports) == ([], ["m1"])
    assert ports.dead == [("m0", "message_undecodable")]


@pytest.mark.parametrize("error", [Conflict("case"), ConnectionError("away"), KeyError("x")])
def test_what_may_succeed_later_is_handed_out_again_after_a_while(error: Exception) -> None:
    ports = Ports()
    assert _run({"m1": error}, _event("{}", "{}", "{}"), ports) == (["m1"], ["m0", "m1", "m2"])
    assert (ports.delayed, ports.dead) == (["m1"], [])


@pytest.mark.parametrize("error", [Refusal("payout_not_due", "Nej."), Conflict("case")])
def test_nothing_is_lost_when_the_queues_are_away(error: Exception, log_lines: Lines) -> None:
    assert _run({"m0": error}, _event("{}", "{}"), Ports(broken=True))[0] == ["m0"]
    assert "unexpected_error" in [line["message"] for line in log_lines()]


def test_an_unexpected_error_is_logged_with_its_traceback(log_lines: Lines) -> None:
    _run({"m0": KeyError("x")}, _event("{}"), Ports())
    (line,) = log_lines()
    assert (line["message"], line["message_id"], line["exception_name"]) == ("unexpected_error", "m0", "KeyError")


def test_a_first_in_first_out_group_waits_behind_its_failure() -> None:
    event = _event("{}", "{}", "{}", "{}", queue="pay.fifo", groups=("a", "a", "b", "a"))
    assert _run({"m1": Conflict("case")}, event, Ports()) == (["m1", "m3"], ["m0", "m1", "m2"])


def test_the_answer_is_json() -> None:
    assert json.dumps(process(_event("{}"), lambda _: None, Ports().on_permanent, Ports().backoff))
