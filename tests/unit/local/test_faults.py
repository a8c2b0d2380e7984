"""Faults come from the seed alone, look as AWS's own do, and never starve anything."""

from __future__ import annotations

import asyncio
import itertools
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from local.bank import BankFile
from local.faults.callers import RepeatingTransport
from local.faults.chance import FAULTS, Call, CallFaults, Chance, Fault
from local.faults.compare import differences
from local.faults.proxy import STATE, Proxy
from local.faults.trouble import Trouble

MAIL_TAKEN = (
    b"<SendRawEmailResponse><SendRawEmailResult><MessageId>1</MessageId></SendRawEmailResult></SendRawEmailResponse>"
)
COMMIT = Call("dynamodb", "TransactWriteItems", "", 1, repeatable=True)


def decided(faults: CallFaults, kind: str, times: int) -> list[Fault | None]:
    call = COMMIT._replace(operation=kind)
    return [faults.fault_of(call._replace(invocation=f"{kind}-{n}")) for n in range(times)]


# Chance


def test_what_breaks_depends_on_the_seed_and_not_on_what_else_is_called() -> None:
    alone = decided(CallFaults(1, 0.05), "TransactWriteItems", 500)
    among_others = CallFaults(1, 0.05)
    decided(among_others, "PutItem", 300)
    assert decided(among_others, "TransactWriteItems", 500) == alone
    assert decided(CallFaults(2, 0.05), "TransactWriteItems", 500) != alone


def test_every_fault_occurs() -> None:
    assert set(decided(CallFaults(1, 0.05), "TransactWriteItems", 5000)) == {*FAULTS, None}


def test_a_call_that_breaks_for_good_breaks_at_every_attempt_and_the_next_ones_of_its_kind_pass() -> None:
    faults = CallFaults(1, 1.0)
    sticky = 0
    for number in range(200):
        call = COMMIT._replace(invocation=str(number))
        first = faults.fault_of(call)
        again = [faults.fault_of(call._replace(attempt=attempt)) for attempt in (2, 3, 4)]
        assert again in ([first] * 3, [None] * 3)
        if first and again == [first] * 3:
            sticky += 1
            assert decided(faults, "TransactWriteItems", 4) == [None] * 4
    assert sticky > 10


def test_only_what_is_done_once_however_often_it_is_asked_is_repeated() -> None:
    faults = CallFaults(1, 1.0)
    calls = [COMMIT._replace(operation="DeleteItem", invocation=str(n), repeatable=False) for n in range(500)]
    assert "repeated" not in {faults.fault_of(call) for call in calls}


# The proxy


class Upstream(ThreadingHTTPServer):
    """Takes every call and notes it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Taking)
        self.bodies: list[bytes] = []


class _Taking(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["content-length"])))
        answer = MAIL_TAKEN if "urlencoded" in self.headers.get("content-type", "") else b""
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_PUT = do_POST  # noqa: N815 - the name the library looks for

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Always(CallFaults):
    """The same fault for every attempt."""

    def __init__(self, fault: Fault | None) -> None:
        super().__init__(0, 0.0)
        self._fault = fault

    def fault_of(self, call: Call) -> Fault | None:
        return self._fault


@contextmanager
def between(fault: Fault | None) -> Iterator[tuple[str, Upstream]]:
    """Run the proxy before an upstream; gives its address."""
    started: Future[tuple[int, Callable[[], object]]] = Future()

    async def run(proxy: Proxy) -> None:
        ended, loop = asyncio.Event(), asyncio.get_running_loop()
        async with await asyncio.start_server(proxy.serve, "127.0.0.1", 0) as server:
            port: int = server.sockets[0].getsockname()[1]
            started.set_result((port, lambda: loop.call_soon_threadsafe(ended.set)))
            await ended.wait()

    with Upstream() as upstream, ThreadPoolExecutor(2) as threads:
        threads.submit(upstream.serve_forever, 0.01)
        threads.submit(asyncio.run, run(Proxy(upstream.server_port, Always(fault))))
        port, end = started.result(30)
        try:
            yield f"http://127.0.0.1:{port}", upstream
        finally:
            end()
            upstream.shutdown()


def client(service: str, endpoint: str) -> Any:
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-north-1"}
    return boto3.client(service, endpoint_url=endpoint, config=once, **keys)  # type: ignore[call-overload]


def put_task(endpoint: str) -> None:
    client("dynamodb", endpoint).put_item(TableName="books", Item={"pk": {"S": "CASE"}})


CALLS: dict[str, Any] = {
    "dynamodb": lambda aws: aws.put_item(TableName="books", Item={"pk": {"S": "CASE"}}),
    "sqs": lambda aws: aws.send_message(QueueUrl="http://127.0.0.1/000000000000/mail", MessageBody="x"),
    "kms": lambda aws: aws.generate_mac(KeyId="key", MacAlgorithm="HMAC_SHA_256", Message=b"x"),
    "s3": lambda aws: aws.put_object(Bucket="archive", Key="letter", Body=b"x", IfNoneMatch="*"),
    "ses": lambda aws: aws.send_raw_email(Source="a@a.example", RawMessage={"Data": b"x"}),
}
BUSY = {
    "dynamodb": "ProvisionedThroughputExceededException",
    "sqs": "RequestThrottled",
    "kms": "ThrottlingException",
    "s3": "SlowDown",
    "ses": "Throttling",
}


@pytest.mark.parametrize("service", CALLS)
def test_a_busy_service_says_so_in_its_own_words_and_does_nothing(service: str) -> None:
    with between("throttled") as (endpoint, upstream):
        with pytest.raises(ClientError) as refused:
            CALLS[service](client(service, endpoint))
        assert refused.value.response["Error"]["Code"] == BUSY[service]
        assert upstream.bodies == []


def test_a_busy_table_cancels_a_transaction_with_its_reason() -> None:
    with between("throttled") as (endpoint, _), pytest.raises(ClientError) as refused:
        client("dynamodb", endpoint).transact_write_items(
            TransactItems=[{"Put": {"TableName": "books", "Item": {"pk": {"S": "CASE"}}}}]
        )
    assert refused.value.response["Error"]["Code"] == "TransactionCanceledException"
    assert [reason["Code"] for reason in refused.value.response["CancellationReasons"]] == ["ThrottlingError"]


@pytest.mark.parametrize(("fault", "arrives"), [("not_applied", 0), ("lost_answer", 1)])
def test_a_call_is_cut_off_before_or_after_it_is_done(fault: Fault, arrives: int) -> None:
    with between(fault) as (endpoint, upstream):
        with pytest.raises(ConnectionClosedError):
            put_task(endpoint)
        assert len(upstream.bodies) == arrives


def test_what_does_not_break_passes_as_it_is_and_is_counted() -> None:
    with between(None) as (endpoint, upstream):
        for service, call in CALLS.items():
            call(client(service, endpoint))
        assert b'"MessageBody":' in upstream.bodies[1].replace(b" ", b"")
        told = httpx.get(endpoint + STATE).json()
    assert told["calls_by_kind"] == {
        "dynamodb.PutItem": 1,
        "kms.GenerateMac": 1,
        "s3.PutObject": 1,
        "ses.SendRawEmail": 1,
        "sqs.SendMessage": 1,
    }


def test_a_kill_hits_the_worker_that_calls_and_nobody_else(tmp_path: Path) -> None:
    worker = tmp_path / "ministack-lambda-send-mail" / "_worker.py"
    worker.parent.mkdir()
    worker.write_text("import sys, urllib.request as r\nr.urlopen(sys.argv[1], b'x').read()\n")
    with between("killed_before") as (endpoint, upstream):
        killed = subprocess.run([sys.executable, worker, endpoint], check=False, capture_output=True)
        with pytest.raises(ConnectionClosedError):  # this process calls as well, and is no worker
            put_task(endpoint)
        assert upstream.bodies == []
    assert killed.returncode == -9


# Around the functions


def test_a_caller_asks_again_with_the_same_request_until_it_is_answered() -> None:
    seen, answers = [], iter([502, 500, 201] * 50)

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append((request.headers["idempotency-key"], request.content))
        return httpx.Response(next(answers))

    counted: list[str] = []
    transport = RepeatingTransport(Chance(1), counted.append, httpx.MockTransport(answer))
    with httpx.Client(base_url="http://site.example", transport=transport) as http:
        for number in range(40):
            assert http.post("/requisitions", json={"n": number}, headers={"Idempotency-Key": str(number)}).is_success
    assert {(str(n), json.dumps({"n": n}).replace(" ", "").encode()) for n in range(40)} == set(seen)
    assert set(counted) == {"caller_asked_again", "lost_answer_at_caller"}


def test_a_schedule_is_never_missed_twice_on_end() -> None:
    trouble = Trouble(1, "http://127.0.0.1:9")
    missed = [trouble.misses("payouts", day) for day in range(200)]
    assert any(missed)
    assert not any(both == (True, True) for both in itertools.pairwise(missed))


def test_news_of_mail_comes_at_least_once_some_of_it_twice_and_in_disorder() -> None:
    trouble = Trouble(1, "http://127.0.0.1:9")
    told = [tuple(trouble.tellings(f"event-{n}")) for n in range(100)]
    assert {len(delays) for delays in told} == {1, 2}
    assert {delays[0] for delays in told} == {0, 1, 2}


# The outcome


def year(folder: Path, **money: int) -> Path:
    outcome = {"stage": "settled", "money": money, "mails": {"2025-0114-receipt-1": "delivered"}}
    folder.mkdir()
    summary = {"round": "2025", "money": money, "municipalities": {"0114": outcome}}
    (folder / "summary.json").write_text(json.dumps(summary))
    return folder


def test_years_that_came_out_alike_are_equal_and_a_krona_is_named(tmp_path: Path) -> None:
    one, same, other = year(tmp_path / "a", paid=7), year(tmp_path / "b", paid=7), year(tmp_path / "c", paid=8)
    assert differences(one, same) == []
    assert differences(one, other) == ["money paid: 7 and 8", "municipality 0114 money paid: 7 and 8"]


def test_a_reminder_may_be_lacking_and_no_other_mail(tmp_path: Path) -> None:
    one, other = year(tmp_path / "a"), year(tmp_path / "b")
    summary = json.loads((other / "summary.json").read_text())
    mails = summary["municipalities"]["0114"]["mails"]
    mails["2025-0114-report_reminder--14"] = "delivered"
    (other / "summary.json").write_text(json.dumps(summary))
    assert differences(one, other) == []
    mails["2025-0114-decision-1"] = "delivered"
    (other / "summary.json").write_text(json.dumps(summary))
    assert differences(one, other) == ["municipality 0114 mails 2025-0114-decision-1: None and delivered"]


# The bank


class Bank:
    """Brings what it is given, and notes what it is asked."""

    def __init__(self, folder: Path, number: int) -> None:
        self.files: list[BankFile] = []
        self.asked: list[str] = []
        self._incoming = [BankFile("in", "camt.054", f"in/{n}.xml", folder / f"{n}.xml", n) for n in range(number)]

    def deliver(self, s3: Any, bucket: str) -> list[BankFile]:
        for file in self._incoming:
            s3.put_object(Bucket=bucket, Key=file.key)
        return self._incoming

    def collect(self, s3: Any, bucket: str) -> list[BankFile]:
        return [BankFile("out", "pain.001", "out/B.xml", Path("B.xml"))]

    def redeliver(self, file: BankFile) -> None:
        self.asked.append(f"again {file.message}")

    def outgoing(self, s3: Any, bucket: str) -> list[bytes]:
        return [b"<EndToEndId>P-2025-0114-1</EndToEndId>"]

    def stay_silent(self) -> None:
        self.asked.append("silent")

    def behave(self) -> None:
        self.asked.append("behave")


class Outbox:
    """A bucket that notes what is put into it."""

    def __init__(self) -> None:
        self.put: list[str] = []

    def put_object(self, **given: Any) -> None:
        self.put.append(given["Key"])


def test_the_bank_brings_every_file_in_disorder_and_some_of_them_once_more(tmp_path: Path) -> None:
    trouble, bank, outbox = Trouble(1, "http://127.0.0.1:9"), Bank(tmp_path, 20), Outbox()
    files = [file.key for file in trouble.deliver(bank, outbox, "bank")]  # type: ignore[arg-type]
    assert sorted(outbox.put) == sorted(files)
    assert outbox.put != files
    assert trouble.brings_again
    again = list(bank.asked)
    assert 0 < len(again) < len(files)
    trouble.deliver(bank, outbox, "bank")  # type: ignore[arg-type]
    assert not set(bank.asked[len(again) :]) & set(again)


@pytest.mark.parametrize(("closed", "silent"), [(frozenset[str](), True), (frozenset({"0114"}), False)])
def test_the_bank_is_silent_of_a_file_now_and_then_but_not_of_a_payment_it_refuses(
    tmp_path: Path, closed: frozenset[str], silent: bool
) -> None:
    trouble, bank = Trouble(1, "http://127.0.0.1:9"), Bank(tmp_path, 0)
    for _ in range(40):
        trouble.collect(bank, Outbox(), "bank", closed)  # type: ignore[arg-type]
        assert bank.asked[-1] == "behave"
    assert ("silent" in bank.asked) is silent
