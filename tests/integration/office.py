"""A small agency on the embedded AWS: a round with a few municipalities, reached by its public ways in alone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx
import msgspec

from local.clock import StoredClock
from local.provider import Person, Provider
from local.stack import Stack
from local.web import HOST
from scripts.template import ROOT
from statsbidrag.domain.mandates import Mandate
from statsbidrag.domain.recipient import Recipient
from tests.builders import recipient
from tests.embedded import KNOWN, MUNICIPALITIES
from tests.mandates import let_act

T = TypeVar("T")
SHARE = 100_000
"""Kronor that each municipality may draw."""
RECIPIENTS = tuple(recipient(code, name) for code, name in MUNICIPALITIES[:4])
_LIMIT_SECONDS = 60.0
_HELP_SECONDS = 1.0
_WORKERS = 3
_POLL_SECONDS = 0.03


def acting(subject: str, role: str, municipality: str) -> Person:
    """Give a person with a mandate."""
    mandate = msgspec.convert({"municipality": municipality, "role": role}, Mandate)
    return Person(subject, subject, "", mandates=(mandate,))


class Office:
    """One round of its own on the stack that the tests share.

    Parameters
    ----------
    year
        Names the round and is the year of its last day, 2 June; the clock moves to its first, 3 March.
    """

    def __init__(self, stack: Stack, identities: Provider, year: int) -> None:
        self.stack, self.year, self.round = stack, year, str(year)
        self._identities = identities
        self._acting: set[tuple[str, str]] = {
            (each.subject, mandate.municipality) for each in KNOWN for mandate in each.mandates
        }
        self.clock = StoredClock(stack)
        self.closes_at = datetime(year, 6, 2, 22, tzinfo=UTC)  # midnight in Stockholm, in summer
        self.dynamodb, self.s3, self.sqs, self.iam, self._logs = (
            self.client(name) for name in ("dynamodb", "s3", "sqs", "iam", "logs")
        )
        port = stack.endpoint.rpartition(":")[2]
        self.http = httpx.Client(
            base_url=stack.endpoint, headers={"Host": f"{HOST}:{port}"}, timeout=60, trust_env=False
        )

    def client(self, service: str) -> Any:
        """Give the administrator's client."""
        return self.stack.session.client(service, endpoint_url=self.stack.endpoint)  # type: ignore[call-overload]

    # the round

    def open(self) -> None:
        """Take in round, register and allocation list, and wait until every municipality has its case."""
        self.clock.set_to(datetime(self.year, 3, 10, 9, tzinfo=UTC))
        for item in self.items("REGISTER"):
            self.dynamodb.delete_item(TableName=self._table, Key={"pk": item["pk"], "sk": item["sk"]})
        self.put("register/kommuner.csv", register_file(RECIPIENTS))
        self.put(f"rounds/{self.round}.toml", self.round_file())
        until(lambda: len(self.items("REGISTER")) == len(RECIPIENTS), "the register")
        until(lambda: self.journal(f"ROUND#{self.round}"), "the round")
        self.put_list(allocation_file())
        found = until(self._waiting_list, "the allocation list")
        path = f"/rounds/{self.round}/allocation-lists/{found}/approval"
        approved = self.http.post(path, json={}, headers=self.signed("officer-2", "officer"))
        assert approved.status_code == 200, approved.text
        until(lambda: all(self.case(r.municipality) for r in RECIPIENTS), "the cases")

    def round_file(self) -> bytes:
        """Give the file of 2025 for this year, with a total that the few share."""
        text = (ROOT / "rounds/2025.toml").read_text("utf-8").replace("97_000_000", str(SHARE * len(RECIPIENTS)))
        return text.replace("2026", str(self.year + 1)).replace("2025", self.round).encode()

    def _waiting_list(self) -> str | None:
        listed = self.http.get("/tasks", headers=self.signed("officer-1", "officer")).json()["tasks"]
        ours = [t["about"] for t in listed if t["key"] == f"ROUND#{self.round}"]
        return ours[0] if ours else None

    # ways in

    def signed(self, subject: str, role: str, municipality: str = "") -> dict[str, str]:
        """Give the header of a program that calls for somebody; who acts for a municipality has the mandate."""
        if municipality and (subject, municipality) not in self._acting:
            let_act(self.stack, [acting(subject, role, municipality)])
            self._acting.add((subject, municipality))
        return {"Authorization": f"Bearer {self._identities.token(subject, role)}"}

    def agent(self, code: str) -> dict[str, str]:
        """Give the header of a municipality's agent."""
        return self.signed(f"agent-{code}", "agent", code)

    def fields(self, code: str, **changed: Any) -> dict[str, Any]:
        """Give a requisition that may be received, with what is changed."""
        account = next(r.account for r in RECIPIENTS if r.municipality == code)
        right: dict[str, Any] = {
            "amount": str(SHARE),
            "account_kind": account.kind,
            "account_number": str(account),
            "invoice_reference": "REF 4711",
            "peppol_id": "",
            "declaration": "ja",
        }
        return {**right, **changed}

    def post(self, code: str, fields: Mapping[str, Any], key: str, path: str = "") -> httpx.Response:
        """Post a requisition as JSON."""
        headers = {"Accept": "application/json", "Idempotency-Key": key, **self.agent(code)}
        return self.http.post(path or self.program(code), json=dict(fields), headers=headers)

    def post_raw(self, code: str, body: bytes, key: str, kind: str = "application/json") -> httpx.Response:
        """Post bytes as they are."""
        headers = {"Accept": "application/json", "Content-Type": kind, "Idempotency-Key": key, **self.agent(code)}
        return self.http.post(self.program(code), content=body, headers=headers)

    def post_form(self, code: str, fields: Mapping[str, Any], key: str) -> httpx.Response:
        """Send the form as a browser does."""
        headers = {"Accept": "text/html", **self.agent(code)}
        return self.http.post(f"/rekvisition/{self.round}/{code}", data={**fields, "request_key": key}, headers=headers)

    def program(self, code: str) -> str:
        """Give the address that programs post to."""
        return f"/rounds/{self.round}/municipalities/{code}/requisitions"

    def put(self, key: str, content: bytes, **metadata: str) -> None:
        """Put a file in the inbox."""
        told = {name.replace("_", "-"): value for name, value in metadata.items()}
        self.s3.put_object(Bucket=self.stack.outputs["InboxBucket"], Key=key, Body=content, Metadata=told)

    def put_list(self, content: bytes, name: str = "lista.csv") -> str:
        """Put an allocation list in the inbox; gives its key."""
        key = f"allocations/{self.round}/{name}"
        self.put(key, content, uploaded_by="officer-1")
        return key

    def quarantined(self, key: str) -> list[dict[str, str]]:
        """Wait until a file is in quarantine; gives its reasons."""
        name = f"quarantine/{key}.reasons.json"
        bucket = self.stack.outputs["InboxBucket"]

        def found() -> bool:
            keys = {o["Key"] for o in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])}
            return {name, f"quarantine/{key}"} <= keys and key not in keys

        until(found, f"{key} in quarantine")
        reasons: list[dict[str, str]] = json.loads(self.s3.get_object(Bucket=bucket, Key=name)["Body"].read())
        return reasons

    # what is seen

    @property
    def _table(self) -> str:
        return self.stack.outputs["TableName"]

    def items(self, key: str) -> list[dict[str, Any]]:
        """Give everything under a key of the table."""
        answer = self.dynamodb.query(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": key}},
            ConsistentRead=True,
        )
        return list(answer["Items"])

    def case(self, code: str) -> list[dict[str, Any]]:
        """Give everything of a municipality's case: snapshot, journal, tasks, requests."""
        return self.items(f"CASE#{self.round}#{code}")

    def journal(self, key: str) -> list[str]:
        """Give the types of an aggregate's events, in order."""
        return [item["type"]["S"] for item in self.items(key) if item["sk"]["S"].startswith("EVENT#")]

    def tasks(self, code: str) -> set[str]:
        """Give the names of a case's tasks."""
        return {i["sk"]["S"].removeprefix("TASK#") for i in self.case(code) if i["sk"]["S"].startswith("TASK#")}

    def settled(self, code: str) -> list[dict[str, Any]]:
        """Wait until nothing is owed by a function now and every e-mail has arrived; gives the case."""
        until(lambda: not self._tasks_of_functions(code) and not self._mail_under_way(code), f"{code} settled")
        return self.case(code)

    def _tasks_of_functions(self, code: str) -> set[str]:
        return {task for task in self.tasks(code) if task.startswith(("send_mail", "validate"))}

    def _mail_under_way(self, code: str) -> list[str]:
        [state] = [json.loads(item["state"]["S"]) for item in self.case(code) if "state" in item]
        return [name for name, mail in state.get("mails", {}).items() if mail.get("status") != "delivered"]

    def refusal_logged(self, answer: httpx.Response) -> dict[str, Any]:
        """Find the log line of a refusal by the name of the call that the answer carries.

        A busy emulated Lambda may lose a line for good: then the same call is made again, and the line of any of them
        will do. What a call logs is held exactly by the tests of its function.
        """
        calls, code = {_call_of(answer)}, answer.json()["code"]

        def again() -> None:
            calls.add(_call_of(self.http.send(answer.request)))
            self._call_again("ReceiveRequisition")

        def line() -> dict[str, Any] | None:
            refused = self._lines("request_refused", code=code)
            return next((each for each in refused if each["correlation_id"] in calls), None)

        return until(line, f"the log line of the refusal {code}", again)

    def log_line(self, message: str, *, of: str = "ReceiveRequisition", **facts: object) -> dict[str, Any]:
        """Wait for a log line of a function with these facts.

        The emulated Lambda collects lines for some milliseconds; what is slower comes with the function's next call.
        """

        def found() -> dict[str, Any] | None:
            return next(self._lines(message, **facts), None)

        return until(found, f"the log line {message} {facts}", lambda: self._call_again(of))

    def _lines(self, message: str, **facts: object) -> Iterator[dict[str, Any]]:
        """Give the log lines of that name with these facts."""
        pages = self._logs.get_paginator("filter_log_events").paginate(
            logGroupName=self.stack.outputs["LogGroupName"], filterPattern=f'"{message}"'
        )
        for page in pages:
            for event in page["events"]:
                line = _decoded(event["message"])
                if line.get("message") == message and all(line.get(name) == value for name, value in facts.items()):
                    yield line

    def written(self) -> str:
        """Give all that stands in the log."""
        pages = self._logs.get_paginator("filter_log_events").paginate(logGroupName=self.stack.outputs["LogGroupName"])
        return "\n".join(event["message"] for page in pages for event in page["events"])

    def _call_again(self, function: str) -> None:
        """Call a function in a way that changes nothing, at once from several sides: each of its workers has lines."""
        code = RECIPIENTS[0].municipality

        def call(_: int) -> object:
            if function == "ReceiveRequisition":
                return self.http.get(self.program(code), headers=self.agent(code))
            return self.stack.invoke(function, {"Records": []})

        with ThreadPoolExecutor(_WORKERS) as at_once:
            list(at_once.map(call, range(_WORKERS)))


def _call_of(answer: httpx.Response) -> str:
    instance: str = answer.json()["instance"]
    return instance.removeprefix("urn:statsbidrag:request:")


def _decoded(text: str) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except ValueError:
        return {}
    return line if isinstance(line, dict) else {}


def until(seen: Callable[[], T | None], what: str, help_on: Callable[[], object] = lambda: None) -> T:
    """Wait until something is seen, and give it; fails when it is not seen in time.

    Parameters
    ----------
    help_on
        Called now and then while it is not seen.
    """
    began = helped = time.monotonic()
    while True:
        found = seen()
        if found:
            return found
        now = time.monotonic()
        assert now - began < _LIMIT_SECONDS, f"not seen within {_LIMIT_SECONDS:.0f} seconds: {what}"
        if now - helped > _HELP_SECONDS:
            help_on()
            helped = now
        time.sleep(_POLL_SECONDS)


def register_file(recipients: Sequence[Recipient]) -> bytes:
    """Write the register as CSV."""
    lines = ["Kommunkod;Kommun;Organisationsnummer;Registratur;Konto;Fakturareferens;Peppol-id"]
    lines += [
        f"{r.municipality};{r.name};{r.organisation_number};{r.registry_email};"
        f"{r.account.kind} {r.account.number};{r.invoice_reference};{r.peppol_id}"
        for r in recipients
    ]
    return ("\n".join(lines) + "\n").encode()


def allocation_file(*rows: tuple[str, str, str], total: str | None = None) -> bytes:
    """Write an allocation list as CSV; without rows, the right one."""
    shares = rows or tuple((r.municipality, r.name, str(SHARE)) for r in RECIPIENTS)
    lines = ["Kommunkod;Kommun;Belopp i kronor", *(";".join(row) for row in shares)]
    lines += [f"Summa;;{total}"] if total else []
    return ("\n".join(lines) + "\n").encode()
