"""The bank of the embedded run: mock-bank in this process, and the bridge that is its file channel.

What the agency puts in its bucket is collected once; what the bank has to say is put there as files. Both are
kept in a folder. Bank time stands still but for `Bank.advance_to`, so the same year gives the same files.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import quote

import holidays
import httpx
import msgspec
from mockbank import Config, make_server
from mockbank import accounts as bank_accounts
from stdnum import iban

from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.time import STOCKHOLM, start_of, swedish_date

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

AGENCY = "AGENCY"
PLENTY = kronor(10_000_000_000)
_CLEARING = {"bankgiro": "990", "plusgiro": "950"}
_YEARS_OF_HOLIDAYS = 5
_TO_CUSTOMERS = ("pain.002", "camt.")


class _AnyGiro(str):
    """Both giros at once: mock-bank matches creditors of one clearing number only."""

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return other in ("9900", "9960")


def iban_of(account: Account) -> str:
    """Give the IBAN that the bank knows an account by; for a giro an invented one, the same every time."""
    if account.kind == "iban":
        return account.number
    bban = _CLEARING[account.kind] + account.number.zfill(17)
    return f"SE{iban.calc_check_digits('SE00' + bban)}{bban}"


class BankFile(msgspec.Struct, frozen=True):
    """One file that passed the bridge.

    Attributes
    ----------
    direction
        ``out`` from the agency to the bank, ``in`` from the bank to the agency.
    kind
        ``pain.001``, ``pain.002``, ``camt.053`` or ``camt.054``.
    key
        The object in the agency's bucket.
    path
        The copy kept; sequence, Swedish date, kind and the file's own name.
    message
        The bank's number of a message, for `Bank.redeliver`; 0 for files out.
    """

    direction: str
    kind: str
    key: str
    path: Path
    message: int = 0


class _Message(msgspec.Struct, rename="camel"):
    id: int
    type: str
    account: str | None
    released_at: str
    body: str


class Bank:
    """A bank with one customer, the agency; use it as a context manager.

    Parameters
    ----------
    account
        The agency's bankgiro, as `Agency.account` of the round says.
    folder
        Where copies of all files are kept, in ``out/`` and ``in/``.
    start
        The instant bank time stands at from the beginning.
    balance
        Öre on the agency's account.
    """

    def __init__(self, account: Account, folder: Path, *, start: datetime, name: str, balance: Ore = PLENTY) -> None:
        self.account = account
        self.now = start.astimezone(UTC)
        self.files: list[BankFile] = []
        self._out, self._in = folder / "out", folder / "in"
        self._holder = {"name": name, "iban": iban_of(account), "account_number": account.number}
        self._balance = balance
        self._times_delivered: dict[int, int] = {}
        self._loses_files = False
        for kept in (self._out, self._in):
            kept.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Open the bank on a free loopback port, with Swedish bank days and the agency as its customer."""
        local = self.now.astimezone(STOCKHOLM)
        bank_accounts.ROUTING = _AnyGiro("9900")
        self._server = make_server(
            Config(port=0, quiet=True, timezone="Europe/Stockholm", clock=f"{local:%Y-%m-%dT%H:%M:%S}")
        )
        clock = self._server.state.clock
        clock.real = lambda: local  # mock-bank has no switch for time that stands still
        clock.reset()
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        self._http = httpx.Client(base_url=self.url, timeout=60, trust_env=False)
        for held in self._call("GET", "/_mock/accounts"):
            self._call("PATCH", f"/_mock/accounts/{held['id']}", {"closed": True})
        self._call("PUT", "/_mock/holidays", [day.isoformat() for day in _bank_holidays(local.year)])
        customer = self._holder | {"id": AGENCY, "currency": "SEK", "balance": self._balance}
        self._call("POST", "/_mock/accounts", customer)

    def stop(self) -> None:
        """Close the bank; what it had not delivered is lost, the copies remain."""
        self._http.close()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    # Time and money

    def advance_to(self, moment: date | datetime) -> None:
        """Move bank time to an instant, or to the beginning of a Swedish day, a day at a time.

        Raises
        ------
        ValueError
            When bank time has passed it already.
        """
        instant = moment.astimezone(UTC) if isinstance(moment, datetime) else start_of(moment)
        if instant < self.now:
            raise ValueError(f"bank time is {self.now} and does not go back to {instant}")
        for day in _days_to(swedish_date(self.now), swedish_date(instant)):
            self._call("POST", f"/_mock/advance?to={day}")
        state = self._server.state
        with state.lock:  # over HTTP the clock moves by whole days only
            target = instant.astimezone(STOCKHOLM)
            state.clock.offset += max(target - state.clock.now(), timedelta(0))
        self.now = instant

    @property
    def balance(self) -> Ore:
        """What is booked on the agency's account, in öre."""
        return Ore(self._call("GET", f"/_mock/accounts/{AGENCY}")["balance"])

    def credit(
        self, amount: Ore, reference: str = "", debtor_name: str = "", *, note: str = "", end_to_end_id: str = ""
    ) -> None:
        """Let somebody pay the agency; it books on the next bank day on which it can.

        Parameters
        ----------
        amount
            Öre, above zero.
        reference
            The structured reference (OCR); none if empty.
        note
            Free text to the payee.
        """
        given = {"reference": reference, "note": note, "end_to_end_id": end_to_end_id}
        body = {"account": AGENCY, "amount": amount} | {name: text for name, text in given.items() if text}
        self._call("POST", "/_mock/credits", body | ({"debtor": {"name": debtor_name}} if debtor_name else {}))

    def close_account(self, account: Account) -> None:
        """Hold a creditor account that is closed, so that payments to it are rejected with AC04.

        mock-bank knows a giro by its digits alone: a bankgiro and a plusgiro of the same digits are one account.
        """
        held = {row["id"] for row in self._call("GET", "/_mock/accounts")}
        if _account_id(account) in held:
            self._call("PATCH", f"/_mock/accounts/{_account_id(account)}", {"closed": True})
            return
        number = "" if account.kind == "iban" else account.number
        holder = {"iban": iban_of(account), "account_number": number, "currency": "SEK", "closed": True}
        self._call("POST", "/_mock/accounts", holder | {"id": _account_id(account)})

    def reopen_account(self, account: Account) -> None:
        """Accept payments again to an account that was closed."""
        self._call("PATCH", f"/_mock/accounts/{_account_id(account)}", {"closed": False})

    # What can go wrong

    def behave(self) -> None:
        """Do everything as it should be done, from now on."""
        self._loses_files = False
        self._behave("accept")

    def stay_silent(self) -> None:
        """Answer files with no pain.002; what is booked is still reported."""
        self._behave("silent")

    def return_later(self, end_to_end_id: str = "", *, days: int = 3, reason: str = "AC04") -> None:
        """Send payments, or the one named, back some bank days after they settled."""
        only = {"end_to_end_id": end_to_end_id} if end_to_end_id else {}
        self._behave("return-later", {"days": days, "reason": reason} | only)

    def run_short(self, balance: Ore) -> None:
        """Leave this many öre on the agency's account and reject (AM04) what would overdraw it."""
        self._behave("insufficient-funds", balance=balance)

    def reject_files(self) -> None:
        """Reject every file as a whole (FF01)."""
        self._behave("reject-file")

    def leave_gaps_in_statements(self) -> None:
        """Leave the last entry of a day off its camt.053, so that the balances do not add up."""
        self._behave("statement-gap")

    def overdraw_nothing(self) -> None:
        """Reject (AM04) what would overdraw the agency's account as it stands."""
        self._behave("insufficient-funds")

    def lose_files(self) -> None:
        """Take the next files and know nothing of them: no answer, no booking."""
        self._loses_files = True

    def redeliver(self, file: BankFile) -> None:
        """Let the next `deliver` bring a file once more, under a name of its own."""
        self._call("POST", f"/_mock/mailbox/{file.message}/unread")

    # The file channel

    def collect(self, s3: S3Client, bucket: str, prefix: str = "out/") -> list[BankFile]:
        """Give the bank every object under the prefix that it has not had, in the order of their keys.

        The bank's answer in the same breath is not looked at: no real channel gives one. After a crash between
        giving and noting, the bank is asked whether it has the file.
        """
        collected = []
        for key, body in self._outgoing(s3, bucket, prefix):
            name = quote(key.removeprefix(prefix), safe="")
            begun = self._out / f"{name}.begun"
            if not (begun.exists() and self._has_received(body)):
                begun.write_bytes(body)
                if not self._loses_files:
                    self.post(body)
            sequence = len(list(self._out.glob("*-pain.001-*"))) + 1
            kept = self._out / f"{sequence:05d}-{swedish_date(self.now)}-pain.001-{name}"
            begun.rename(kept)
            collected.append(BankFile("out", "pain.001", key, kept))
        self.files += collected
        return collected

    def outgoing(self, s3: S3Client, bucket: str, prefix: str = "out/") -> list[bytes]:
        """Give the files that wait for the bank."""
        return [body for _, body in self._outgoing(s3, bucket, prefix)]

    def _outgoing(self, s3: S3Client, bucket: str, prefix: str) -> Iterator[tuple[str, bytes]]:
        for key in _keys(s3, bucket, prefix):
            if not list(self._out.glob(f"*-pain.001-{quote(key.removeprefix(prefix), safe='')}")):
                yield key, s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def has_carried_out(self, end_to_end_id: str) -> bool:
        """Tell whether the bank has taken a payment of that id and not refused it, as somebody who asks is told."""
        known = self._call("GET", "/_mock/payments")
        return any(p["end_to_end_id"] == end_to_end_id and p["status"] != "rejected" for p in known)

    def post(self, body: bytes) -> None:
        """Give the bank a file past the bridge; the same file twice is what it calls a duplicate (DUPL)."""
        answer = self._http.post("/payments", content=body, headers={"Content-Type": "application/xml"})
        if answer.status_code != httpx.codes.UNPROCESSABLE_ENTITY:
            answer.raise_for_status()

    def deliver(self, s3: S3Client, bucket: str, prefix: str = "in/") -> list[BankFile]:
        """Put everything the bank has to tell the agency into the bucket, oldest first.

        Taken from the bank only when all is in the bucket: a delivery that breaks off is made again, with
        the same names.
        """
        delivered = []
        for message in self._waiting():
            kind = ".".join(message.type.split(".")[:2])
            times = self._times_delivered.get(message.id, 0)
            again = f"-{times + 1}" if times else ""
            day = swedish_date(datetime.fromisoformat(message.released_at))
            name = f"{message.id:05d}-{day}-{kind}-{_message_id(message.body)}{again}.xml"
            kept = self._in / name
            kept.write_text(message.body, encoding="utf-8", newline="")
            s3.put_object(Bucket=bucket, Key=prefix + name, Body=kept.read_bytes(), ContentType="application/xml")
            delivered.append(BankFile("in", kind, prefix + name, kept, message.id))
        self._take({file.message for file in delivered})
        self.files += delivered
        return delivered

    def _waiting(self, *, take: bool = False) -> list[_Message]:
        mailbox = self._call("GET", "/_mock/mailbox" if take else "/_mock/mailbox?leave")
        return [
            message
            for message in msgspec.convert(mailbox, list[_Message])
            if message.account in (AGENCY, None)
            and message.type.startswith(_TO_CUSTOMERS)
            and not _says_nothing(message)
        ]

    def _take(self, delivered: set[int]) -> None:
        for number in delivered:
            self._times_delivered[number] = self._times_delivered.get(number, 0) + 1
        for message in self._waiting(take=True):
            if message.id not in delivered:  # it came while we delivered; mock-bank takes all or nothing
                self._call("POST", f"/_mock/mailbox/{message.id}/unread")

    def _has_received(self, body: bytes) -> bool:
        sent = _message_id(body.decode("utf-8"))
        return any(payment["msg_id"] == sent for payment in self._call("GET", "/_mock/payments"))

    def _behave(self, behaviour: str, parameters: dict[str, Any] | None = None, **fields: int) -> None:
        change = {"behaviour": behaviour, "parameters": parameters or {}} | fields
        self._call("PATCH", f"/_mock/accounts/{AGENCY}", change)

    def _call(self, method: str, path: str, body: object = None) -> Any:
        answer = self._http.request(method, path, json=body)
        if answer.is_error:
            raise RuntimeError(f"the bank refused {method} {path}: {answer.text}")
        return answer.json()


def _bank_holidays(year: int) -> list[date]:
    years = range(year, year + _YEARS_OF_HOLIDAYS)
    return sorted(holidays.country_holidays("SE", years=years, categories=("public", "de_facto")))


def _days_to(now: date, last: date) -> Iterator[date]:
    days = (now + timedelta(days=n) for n in range(1, (last - now).days + 1))
    return (day for day in days if day.weekday() < 5 or day == last)


def _account_id(account: Account) -> str:
    return f"{account.kind}-{account.number[-9:]}"


def _keys(s3: S3Client, bucket: str, prefix: str) -> list[str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    return sorted(found["Key"] for page in pages for found in page.get("Contents", []))


def _says_nothing(message: _Message) -> bool:
    """Tell a statement of a day without movements: the agency has agreed with its bank not to get those."""
    return message.type.startswith("camt.053") and not re.search(r"<(?:\w+:)?Ntry>", message.body)


def _message_id(body: str) -> str:
    """Find a document's own name, ``MsgId``, wherever its version has it."""
    found = re.search(r"<(?:\w+:)?MsgId>\s*([^<]{1,35}?)\s*</", body)
    return found[1] if found else "unnamed"
