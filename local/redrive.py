"""Show what lies in a dead-letter queue and why; on demand send it on its way again, and leave a line in the log.

A message goes to its queue again. Of a failed run, the function is called again with what it was called with; where
nothing was kept of that (a batch of the stream), the sweep does the same work, and the message is taken away.

Where `make run` serves, its embedded AWS is meant; otherwise the AWS account of this shell, by the stack's outputs.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple

import boto3
import msgspec

from local.served import RUN_FILE
from local.stack import STACK_NAME, admin_session

FAILED_EIGHT_TIMES = "failed_too_often"
"""The reason of a message that was put aside after the last of its tries."""
FAILED_RUNS = "failed_runs"
"""What the queue of failed runs is called."""
_NOTHING = "null"
"""The payload of a run that keeps none."""
_HOLD_SECONDS = 120
"""How long a message that is looked at is kept from others."""
_STREAM = "redrive"


class Letter(msgspec.Struct, frozen=True):
    """One dead letter.

    Attributes
    ----------
    what
        What it is about, without what it says of anybody: a case and its task, a file, an e-mail's name.
    function, payload
        Of a failed run, the function and what it was called with; empty where nobody needs to call it again.
    """

    id: str
    receipt: str
    body: str
    reason: str
    since: datetime
    what: str
    function: str = ""
    payload: str = ""


class Aws(NamedTuple):
    """The clients of one account."""

    sqs: Any
    logs: Any
    functions: Any


def aws(session: boto3.Session, endpoint: str | None = None) -> Aws:
    """Make the clients of an account, or of an embedded AWS at an address."""
    return Aws(
        session.client("sqs", endpoint_url=endpoint),
        session.client("logs", endpoint_url=endpoint),
        session.client("lambda", endpoint_url=endpoint),
    )


class Place(NamedTuple):
    """Where a queue's letters lie, where they go again (nowhere: runs are called again), and where it is logged."""

    dead_letters: str
    queue: str
    log_group: str


def main(argv: Sequence[str]) -> int:
    """Show a dead-letter queue, or send its messages again; gives the exit code."""
    parser = argparse.ArgumentParser(prog="make redrive")
    parser.add_argument("--queue", required=True, help="such as mail, payments or bank_reports")
    parser.add_argument("--apply", action="store_true", help="send the messages again")
    parser.add_argument("--stack", default=STACK_NAME)
    options = parser.parse_args(argv)
    # The embedded AWS where one is served, else AWS itself.
    served = json.loads(RUN_FILE.read_text("utf-8"))["endpoint"] if RUN_FILE.exists() else None
    session = admin_session() if served else boto3.Session()
    cloudformation: Any = session.client("cloudformation", endpoint_url=served)
    described = cloudformation.describe_stacks(StackName=options.stack)["Stacks"][0]
    outputs = {item["OutputKey"]: item["OutputValue"] for item in described["Outputs"]}
    try:
        where = place(options.queue, outputs)
    except LookupError as error:
        print(error.args[0], file=sys.stderr)
        return 2
    return redrive(aws(session, served), where, apply=options.apply)


def place(queue: str, outputs: dict[str, str]) -> Place:
    """Read from a stack's outputs where a queue is; `LookupError` says which there are."""
    if queue == FAILED_RUNS:
        return Place(outputs["FailedRunsUrl"], "", outputs["LogGroupName"])
    name = "".join(part.capitalize() for part in queue.split("_"))
    try:
        return Place(outputs[f"{name}DeadLettersUrl"], outputs[f"{name}QueueUrl"], outputs["LogGroupName"])
    except KeyError:
        known = sorted(key.removesuffix("DeadLettersUrl") for key in outputs if key.endswith("DeadLettersUrl"))
        named = ["".join(f"_{c.lower()}" if c.isupper() else c for c in key).lstrip("_") for key in known]
        names = ", ".join([*named, FAILED_RUNS])
        raise LookupError(f"There is no queue {queue!r} with dead letters. There are: {names}.") from None


def redrive(clients: Aws, where: Place, *, apply: bool) -> int:
    """Show every dead letter; with `apply` send each again and take it away.

    Sending comes first: what breaks between leaves the message in both queues, and doing a task twice changes nothing.
    """
    letters, sqs = [], clients.sqs
    for letter in _letters(sqs, where.dead_letters):
        letters.append(letter)
        print(f"{letter.since:%Y-%m-%d %H:%M:%S}  {letter.reason:<24} {letter.what}")
        if apply:
            if where.queue:
                sqs.send_message(QueueUrl=where.queue, MessageBody=letter.body)
            elif letter.function:
                clients.functions.invoke(
                    FunctionName=letter.function, InvocationType="Event", Payload=letter.payload.encode()
                )
            sqs.delete_message(QueueUrl=where.dead_letters, ReceiptHandle=letter.receipt)
            _log(clients.logs, where, letter)
    for letter in letters if not apply else ():
        sqs.change_message_visibility(QueueUrl=where.dead_letters, ReceiptHandle=letter.receipt, VisibilityTimeout=0)
    print(f"{len(letters)} message{'' if len(letters) == 1 else 's'}{' sent again' if apply else ''}.")
    return 0


def _letters(sqs: Any, url: str) -> Iterator[Letter]:
    """Give every message once; each is then held for a while."""
    seen: set[str] = set()
    while True:
        received = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            WaitTimeSeconds=1,
            VisibilityTimeout=_HOLD_SECONDS,
            AttributeNames=["SentTimestamp"],
            MessageAttributeNames=["reason", "TARGET_ARN", "ERROR_CODE"],
        ).get("Messages", [])
        new = [_letter(message) for message in received if message["MessageId"] not in seen]
        if not new:
            return
        seen |= {letter.id for letter in new}
        yield from new


def _letter(message: dict[str, Any]) -> Letter:
    told = {name: value["StringValue"] for name, value in message.get("MessageAttributes", {}).items()}
    body = message["Body"]
    reason = told.get("reason") or told.get("ERROR_CODE") or FAILED_EIGHT_TIMES
    since = datetime.fromtimestamp(int(message["Attributes"]["SentTimestamp"]) / 1000, UTC)
    # A schedule that could not call its function leaves its payload as the body.
    function, payload, what = told.get("TARGET_ARN", ""), body, _what(body)
    if run := _run(body):
        reason, function, payload = run
        what = f"{function.split(':function:')[-1].split(':')[0]} {_what(payload)}"
    called = function if payload != _NOTHING else ""
    return Letter(message["MessageId"], message["ReceiptHandle"], body, reason, since, what, called, payload)


def _run(body: str) -> tuple[str, str, str] | None:
    """Give why a run failed for good, its function and its payload, as Lambda tells of it; ``None`` for others."""
    try:
        said = json.loads(body)
        context = said["requestContext"]
        payload = json.dumps(said.get("requestPayload"), ensure_ascii=False)
        return str(context["condition"]), str(context["functionArn"]), payload
    except (ValueError, TypeError, KeyError):
        return None


def _what(body: str) -> str:
    try:
        said = json.loads(body)
        if said is None or "trigger" in said:
            return "a schedule" if said else "a batch of the stream"
        if "task" in said:
            return f"{said['key']} {said['task']['kind']} {said['task']['about']}"
        if "Records" in said:
            return ", ".join(record["s3"]["object"]["key"] for record in said["Records"])
        return f"{said['detail']['eventType']} {said['detail']['mail']['tags']['mail'][0]}"
    except (ValueError, TypeError, KeyError, IndexError):
        return "not readable"


def _log(logs: Any, where: Place, letter: Letter) -> None:
    """Write one line beside those of the functions: what was sent again, where to, and why it lay there."""
    line = {
        "level": "INFO",
        "message": "message_redriven",
        "service": _STREAM,
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "queue": (where.queue or where.dead_letters).rsplit("/", 1)[-1],
        "reason": letter.reason,
        "what": letter.what,
        "message_id": letter.id,
    }
    with suppress(logs.exceptions.ResourceAlreadyExistsException):
        logs.create_log_stream(logGroupName=where.log_group, logStreamName=_STREAM)
    events = [{"timestamp": time.time_ns() // 1_000_000, "message": json.dumps(line, ensure_ascii=False)}]
    logs.put_log_events(logGroupName=where.log_group, logStreamName=_STREAM, logEvents=events)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
