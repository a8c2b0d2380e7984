"""What a year leaves behind: collected into a folder, and read from there again without AWS."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import msgspec
from lxml import etree

from local.mailbox import MAIL_ID_HEADER, Mail
from local.stack import Stack
from statsbidrag.documents.bank_reports import read_bank_report
from statsbidrag.domain.agents import AGENTS
from statsbidrag.domain.bank import Notification, Statement, StatusReport
from statsbidrag.domain.bank_files import BANK_FILE
from statsbidrag.domain.batches import BATCH
from statsbidrag.domain.case import CASE
from statsbidrag.domain.errors import Refusal, StatsbidragError
from statsbidrag.domain.holds import HOLDS
from statsbidrag.domain.journal import Kind, Record, canonical, refold
from statsbidrag.domain.money import Ore, parse_decimal
from statsbidrag.domain.rounds import ROUND
from statsbidrag.domain.spot_checks import SPOT_CHECK
from statsbidrag.domain.suspense import ENTRY

SUMMARY, JOURNAL, LOGS = "summary.json", "journal.jsonl", "logs.jsonl"
KINDS: Mapping[str, Kind[Any, Any, Any]] = {
    kind.name: kind for kind in (CASE, BATCH, ROUND, HOLDS, BANK_FILE, ENTRY, SPOT_CHECK, AGENTS)
}
_FOLDERS = ("bank", "invoices", "letters", "mail", "reconciliations")
_LOG_WINDOW = 10_000


class UnreadableError(ValueError):
    """A file of a year is not what it should be; says which and why."""


# Collecting


def clear(out: Path) -> None:
    """Take away what an earlier year left, and nothing else."""
    for name in (SUMMARY, JOURNAL, LOGS):
        (out / name).unlink(missing_ok=True)
    for folder in (*(out / name for name in _FOLDERS), out.with_name(f"{out.name}-stack")):
        shutil.rmtree(folder, ignore_errors=True)
    out.mkdir(parents=True, exist_ok=True)


def collect(stack: Stack, mails: Sequence[Mail], out: Path) -> None:
    """Write journal, papers, mail and log of a year; the bank has written its own files."""
    (out / JOURNAL).write_bytes(b"".join(_lines(stack)))
    _papers(stack, out)
    _mails(mails, out / "mail")
    with (out / LOGS).open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in log_lines(stack))


def _client(stack: Stack, service: str) -> Any:
    return stack.session.client(service, endpoint_url=stack.endpoint)  # type: ignore[call-overload]


def _lines(stack: Stack) -> Iterator[bytes]:
    pages = (
        _client(stack, "dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=stack.outputs["TableName"],
            FilterExpression="begins_with(sk, :event)",
            ExpressionAttributeValues={":event": {"S": "EVENT#"}},
        )
    )
    items = [item for page in pages for item in page["Items"]]
    for item in sorted(items, key=lambda item: (item["pk"]["S"], item["sk"]["S"])):
        yield journal_line(item["body"]["S"], item["hash"]["S"])


def journal_line(body: str, hash_: str) -> bytes:
    """Write a record as a line of the journal: what its body says, and its hash beside."""
    return canonical({**json.loads(body), "hash": hash_}) + b"\n"


def _papers(stack: Stack, out: Path) -> None:
    s3, bucket = _client(stack, "s3"), stack.outputs["ArchiveBucket"]
    for folder in ("invoices", "letters", "reconciliations"):
        (out / folder).mkdir(exist_ok=True)
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=f"{folder}/"):
            for found in page.get("Contents", ()):
                content = s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()
                (out / folder / found["Key"].rsplit("/", 1)[-1]).write_bytes(content)


def _mails(mails: Sequence[Mail], folder: Path) -> None:
    """Name each e-mail by its id; what came twice stands twice."""
    folder.mkdir(exist_ok=True)
    came: Counter[str] = Counter()
    for mail in mails:
        name = re.sub(r"[^A-Za-z0-9._-]", "-", mail.mail_id) or "unnamed"
        came[name] += 1
        again = f".{came[name]}" if came[name] > 1 else ""
        shutil.copyfile(mail.path, folder / f"{name}{again}.eml")


def log_lines(stack: Stack, since: int = 0) -> Iterator[str]:
    """Give every log line of every function as JSON, in order of time.

    Parameters
    ----------
    since
        Milliseconds of Unix time from which on.
    """
    logs, group, told = _client(stack, "logs"), stack.outputs["LogGroupName"], 0
    while True:
        # The embedded CloudWatch gives the first lines of a span and no token for the rest.
        events = logs.filter_log_events(logGroupName=group, startTime=since, limit=_LOG_WINDOW)["events"]
        yield from (_log_line(event) for event in events[told:])
        if len(events) < _LOG_WINDOW:
            return
        since = events[-1]["timestamp"]
        told = sum(1 for event in events if event["timestamp"] == since)


def _log_line(event: Mapping[str, Any]) -> str:
    text = event["message"].strip()
    try:
        line = json.loads(text)
    except ValueError:
        line = {"message": text}
    if not isinstance(line, dict):
        line = {"message": text}
    return json.dumps(line | {"stream": event["logStreamName"]}, ensure_ascii=False, separators=(",", ":"))


# Reading


class Year:
    """The files of a year; each is read when it is asked for.

    Attributes
    ----------
    journals
        Records by aggregate, in their order.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.journals = _journals(folder / JOURNAL)
        self._states: dict[str, dict[str, Any]] = {}

    def states(self, kind: Kind[Any, Any, Any]) -> dict[str, Any]:
        """Refold every aggregate of a kind; by key.

        Raises
        ------
        UnreadableError
            A journal does not fold.
        """
        if kind.name not in self._states:
            keys = [key for key in self.journals if key.startswith(f"{kind.name}#")]
            self._states[kind.name] = {key: _refolded(kind, key, self.journals[key]) for key in keys}
        return self._states[kind.name]

    def summary(self) -> dict[str, Any]:
        """Give what the year says of itself."""
        return _object((self.folder / SUMMARY).read_bytes(), SUMMARY)

    def logs(self) -> Iterator[dict[str, Any]]:
        """Give the log lines."""
        for number, line in enumerate((self.folder / LOGS).read_bytes().splitlines(), start=1):
            yield _object(line, f"{LOGS} line {number}")

    def mails(self) -> Iterator[tuple[str, Message]]:
        """Give each e-mail with the name in its header."""
        for path in sorted((self.folder / "mail").glob("*.eml")):
            message = message_from_bytes(path.read_bytes())
            yield str(message.get(MAIL_ID_HEADER, "")).strip(), message

    def files(self, pattern: str) -> list[Path]:
        """Give the files of a pattern, in order of their names."""
        return sorted(self.folder.glob(pattern))

    def reconciliation(self) -> dict[str, Any]:
        """Give the last reconciliation that was filed; empty if none was."""
        filed = self.files("reconciliations/*.json")
        return _object(filed[-1].read_bytes(), filed[-1].name) if filed else {}

    def bank_reports(self) -> Iterator[tuple[str, StatusReport | Notification | Statement]]:
        """Give what the bank told, in the order in which it came."""
        for path in self.files("bank/in/*.xml"):
            try:
                yield path.name, read_bank_report(path.read_bytes())
            except StatsbidragError as error:
                raise UnreadableError(f"bank/in/{path.name}: {error.code}") from error


def _object(text: bytes, where: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise UnreadableError(f"{where}: {error}") from error


def _journals(path: Path) -> dict[str, list[Record]]:
    journals: dict[str, list[Record]] = defaultdict(list)
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        body = _object(line, f"{JOURNAL} line {number}")
        try:
            hash_ = body.pop("hash")
            record = Record(body["case"], body["number"], body["type"], body["at"], canonical(body).decode(), hash_)
        except KeyError as error:
            raise UnreadableError(f"{JOURNAL} line {number}: {error} is missing") from error
        journals[record.key].append(record)
    return dict(journals)


def _refolded(kind: Kind[Any, Any, Any], key: str, records: Sequence[Record]) -> Any:
    try:
        return refold(kind, key, records)
    except (StatsbidragError, msgspec.MsgspecError, KeyError, StopIteration, ValueError) as error:
        raise UnreadableError(f"{key}: the journal does not fold: {error}") from error


def xml_of(path: Path) -> Any:
    """Read an XML file that a year left."""
    try:
        return etree.fromstring(path.read_bytes())
    except etree.XMLSyntaxError as error:
        raise UnreadableError(f"{path.name}: {error}") from error


def amount_of(text: str, where: str) -> Ore:
    """Read an amount in such a file, öre."""
    try:
        return parse_decimal(text)
    except Refusal as error:
        raise UnreadableError(f"{where}: {error.code}") from error
