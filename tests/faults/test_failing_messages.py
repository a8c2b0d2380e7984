"""What happens to a message that fails, on queues: nine of ten are kept, the hopeless lies aside with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from local import redrive
from statsbidrag.adapters.aws import client
from tests.faults.bank_files import FIRST, answer
from tests.faults.scenarios import ANSWER, sample
from tests.faults.stages import Year

Delays = list[int]


@pytest.fixture
def delays() -> Iterator[Delays]:
    """The visibility times that the functions ask for."""
    told: Delays = []
    events, name = client("sqs").meta.events, "provide-client-params.sqs.ChangeMessageVisibility"

    def note(params: dict[str, Any], **_: object) -> None:
        told.append(params["VisibilityTimeout"])

    events.register(name, note)
    yield told
    events.unregister(name, note)


@pytest.fixture
def where(year: Year) -> redrive.Place:
    stack = year.world.stack
    logs = boto3.client("logs")
    if not logs.describe_log_groups()["logGroups"]:
        logs.create_log_group(logGroupName="functions")
    return redrive.Place(stack.queues["MailEventsDeadLetters"], stack.queues["MailEventsQueue"], "functions")


def _ten_with_one_bad(year: Year) -> list[str]:
    year.world.restore(year.stages["linked, mail owed"])
    (good,) = (record["body"] for record in sample("read_mail_events", "delivered")["Records"])
    bodies = [good] * 4 + ['{"detail": {}}'] + [good] * 5
    year.world.put_on_queue("read_mail_events", *bodies)
    return bodies


def test_ten_with_one_bad_keep_the_nine(year: Year, delays: Delays) -> None:
    bodies = _ten_with_one_bad(year)
    assert year.world.receive("read_mail_events") == [{"batchItemFailures": []}]
    assert year.world.waiting() == {"MailEventsDeadLetters": [bodies[4]]}
    assert year.case(FIRST).mails["2025-0114-report_link-1"].status == "delivered"
    assert delays == []


def test_the_hopeless_one_tells_why(year: Year, where: redrive.Place, capsys: pytest.CaptureFixture[str]) -> None:
    _ten_with_one_bad(year)
    year.world.receive("read_mail_events")
    assert redrive.redrive(redrive.aws(boto3.Session()), where, apply=False) == 0
    shown = capsys.readouterr().out
    assert "mail_event_unreadable" in shown
    assert "1 message." in shown
    assert list(year.world.waiting()) == ["MailEventsDeadLetters"]


def test_redriven_it_lies_in_its_queue_again_and_the_log_tells(year: Year, where: redrive.Place) -> None:
    bodies = _ten_with_one_bad(year)
    year.world.receive("read_mail_events")
    redrive.redrive(redrive.aws(boto3.Session()), where, apply=True)
    assert year.world.waiting() == {"MailEventsQueue": [bodies[4]]}
    events = boto3.client("logs").get_log_events(logGroupName="functions", logStreamName="redrive")["events"]
    line = json.loads(events[-1]["message"])
    assert (line["message"], line["queue"]) == ("message_redriven", "MailEventsQueue")
    assert line["reason"] == "mail_event_unreadable"


def test_a_message_that_comes_too_early_is_handed_out_ever_later_and_then_lies_aside(
    year: Year, delays: Delays
) -> None:
    """The bank answers about a batch that is not noted as sent."""
    world = year.world
    world.restore(year.stages["attested"])
    client("s3").put_object(Bucket=world.stack.buckets["BankBucket"], Key=ANSWER, Body=answer())
    (body,) = (record["body"] for record in sample("read_bank_reports", "status_report")["Records"])
    world.put_on_queue("read_bank_reports", body)
    for _ in range(8):
        (told,) = world.receive("read_bank_reports")
        assert len(told["batchItemFailures"]) == 1
    assert delays == [5, 10, 20, 40, 80, 160, 320, 640]
    assert world.receive("read_bank_reports") == []
    assert world.waiting() == {"BankReportsDeadLetters": [body]}


def test_redriven_when_its_time_has_come_it_is_handled(year: Year) -> None:
    world = year.world
    world.restore(year.stages["sent"])
    client("s3").put_object(Bucket=world.stack.buckets["BankBucket"], Key=ANSWER, Body=answer())
    (body,) = (record["body"] for record in sample("read_bank_reports", "status_report")["Records"])
    client("sqs").send_message(QueueUrl=world.stack.queues["BankReportsDeadLetters"], MessageBody=body)
    assert world.redrive()
    assert world.receive("read_bank_reports") == [{"batchItemFailures": []}]
    assert world.waiting() == {}


def test_a_queue_is_found_by_its_name_in_the_domain() -> None:
    outputs = {"BankReportsQueueUrl": "q", "BankReportsDeadLettersUrl": "d", "LogGroupName": "functions"}
    assert redrive.place("bank_reports", outputs) == redrive.Place("d", "q", "functions")
    with pytest.raises(LookupError, match="bank_reports"):
        redrive.place("post", outputs)


class Functions:
    """Lambda, as far as a redrive calls it."""

    def __init__(self) -> None:
        self.called: list[tuple[str, str, Any]] = []

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803
        self.called.append((FunctionName, InvocationType, json.loads(Payload)))


FUNCTION = "arn:aws:lambda:eu-north-1:123456789012:function:statsbidrag-ImportRegister-1"
FAILED = {
    "version": "1.0",
    "requestContext": {"functionArn": f"{FUNCTION}:$LATEST", "condition": "RetriesExhausted"},
    "requestPayload": {"Records": [{"s3": {"object": {"key": "register/kommunregister.csv"}}}]},
    "responsePayload": {"errorType": "ConnectTimeoutError"},
}
STREAM = {
    "requestContext": {"functionArn": FUNCTION, "condition": "MaxRecordAgeExceeded"},
    "DDBStreamBatchInfo": {"batchSize": 1},
}


@pytest.mark.parametrize(
    ("body", "attributes", "called", "shown"),
    [
        (FAILED, {}, [(f"{FUNCTION}:$LATEST", FAILED["requestPayload"])], "RetriesExhausted         statsbidrag-"),
        ({"trigger": "schedule"}, {"TARGET_ARN": FUNCTION, "ERROR_CODE": "Throttled"},
         [(FUNCTION, {"trigger": "schedule"})], "Throttled                a schedule"),
        (STREAM, {}, [], "MaxRecordAgeExceeded     statsbidrag-ImportRegister-1 a batch of the stream"),
    ],
    ids=["an import", "a schedule", "a batch of the stream"],
)  # fmt: skip
def test_a_failed_run_is_called_again_with_what_it_was_called_with(
    year: Year,
    where: redrive.Place,
    capsys: pytest.CaptureFixture[str],
    body: dict[str, Any],
    attributes: dict[str, str],
    called: list[tuple[str, Any]],
    shown: str,
) -> None:
    year.world.restore(year.stages["linked, mail owed"])
    sqs: Any = boto3.client("sqs")
    told = {name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()}
    sqs.send_message(QueueUrl=where.dead_letters, MessageBody=json.dumps(body), MessageAttributes=told)
    functions, runs = Functions(), where._replace(queue="")
    clients = redrive.aws(boto3.Session())._replace(functions=functions)
    redrive.redrive(clients, runs, apply=False)
    assert shown in capsys.readouterr().out
    assert functions.called == []
    redrive.redrive(clients, runs, apply=True)
    assert functions.called == [(function, "Event", payload) for function, payload in called]
    assert year.world.waiting() == {}


def test_failed_runs_are_found_by_name() -> None:
    outputs = {"FailedRunsUrl": "r", "MailDeadLettersUrl": "d", "MailQueueUrl": "q", "LogGroupName": "functions"}
    assert redrive.place("failed_runs", outputs) == redrive.Place("r", "", "functions")
    with pytest.raises(LookupError, match="mail, failed_runs"):
        redrive.place("runs", outputs)
