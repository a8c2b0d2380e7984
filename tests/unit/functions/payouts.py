"""Two payouts of a round in books that are kept in memory, and calls about them made from the sample events."""

from __future__ import annotations

import importlib
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from statsbidrag.adapters.calendar import SwedishBankCalendar
from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.identifiers import Account, MunicipalityCode, RoundId
from statsbidrag.domain.journal import sha256
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.suspense import ENTRY, SuspendEntry, entry_key
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import end_of
from statsbidrag.entry import wiring
from statsbidrag.usecases import corrections, payouts, spot_checks
from statsbidrag.usecases.books import Books
from statsbidrag.usecases.rounds import open_round
from tests.fakes import FakeClock, FakeFiles, FakeLinks, FakeStore
from tests.unit.functions.material import CHARGED, RECIPIENT, REPORTING, ROUND, TEST, TOKEN, sample

YEAR = RoundId("2025")
FIRST, SECOND = MunicipalityCode("0114"), MunicipalityCode("0115")
BATCH_ID = "B-2025-20250507-1"
NEXT, MORE = "P-2025-0114-2", kronor(1000)
"""Another payout of the first, where it has one."""
PAYOUT, OTHERS = "P-2025-0114-1", "P-2025-0115-1"
SHARE = kronor(461_836)
TOTAL = Ore(2 * SHARE)
PAYDAY = datetime(2025, 5, 7, 4, 0, tzinfo=UTC)
LATE = datetime(2025, 6, 3, 8, 0, tzinfo=UTC)
UNKNOWN = datetime(2025, 5, 14, 4, 0, tzinfo=UTC)
NEW = Account("bankgiro", "55555551")
CLAIM = Ore(6_183_600)
"""What the first has not used."""
NOTHING = Ore(0)
INVOICE, OCR = "I-2025-0114-1", "202501140125"
TOKEN_HASH = sha256(TOKEN.encode())
ASTRAY = "SE7299000000000050501055/R-2/2025-05-08/1"
"""An incoming entry without a reference."""
WHY = "Kravet går inte att driva in."
RECORDS_TOKEN = "underlag-" * 4 + "und-lnk"
ROLES = {
    "agent-0114": {"subject": "agent-0114", "role": "agent", "municipality": "0114"},
    "agent-0115": {"subject": "agent-0115", "role": "agent", "municipality": "0115"},
    "officer-1": {"subject": "officer-1", "role": "officer", "municipality": ""},
    "officer-2": {"subject": "officer-2", "role": "officer", "municipality": ""},
    "attester-1": {"subject": "attester-1", "role": "attester", "municipality": ""},
    "attester-2": {"subject": "attester-2", "role": "attester", "municipality": ""},
    "bank-1": {"subject": "bank-1", "role": "bank", "municipality": ""},
}


@dataclass
class Answer:
    """What a call was answered."""

    status: int
    text: str
    headers: dict[str, list[str]]

    @property
    def read(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.read["code"])

    @property
    def pointers(self) -> list[str]:
        return [each["pointer"] for each in self.read["errors"]]


@dataclass
class Desk:
    """The books, and one method for each thing that happens outside the function under test."""

    store: FakeStore = field(default_factory=FakeStore)
    clock: FakeClock = field(default_factory=lambda: FakeClock(PAYDAY))
    archive: FakeFiles = field(default_factory=FakeFiles)
    outbox: FakeFiles = field(default_factory=FakeFiles)
    round: Round = ROUND

    def __post_init__(self) -> None:
        self._begin()

    def _begin(self, *more: Ore) -> None:
        """Each municipality has requisitioned its share, and the first as much more."""
        self.store = FakeStore()
        self.books = Books(self.store, self.clock, lambda record, context: None)
        open_round(self.books, self.round, TEST)
        for code, amounts in ((FIRST, (SHARE, *more)), (SECOND, (SHARE,))):
            recipient = replace(RECIPIENT, municipality=code)
            terms = replace(self.round.terms, requisitions_allowed=len(amounts))
            commands: list[c.CaseCommand] = [c.OpenCase(recipient, terms, "L-1", Ore(sum(amounts)))]
            for number, amount in enumerate(amounts, start=1):
                form = c.SubmitRequisition(amount, RECIPIENT.account, "REF 4711", RECIPIENT.peppol_id, "00")
                commands += [form, c.ValidateRequisition(number)]
            for command in commands:
                self.books.handle(CASE, case_key(YEAR, code), command, TEST)

    def case(self, code: MunicipalityCode = FIRST) -> Case:
        return self.books.state(CASE, case_key(YEAR, code))

    def act(self, command: c.CaseCommand, code: MunicipalityCode = FIRST) -> None:
        corrections.act(self.books, YEAR, code, command, TEST)

    def batch(self, preparer: str = "system:queue_payouts") -> Desk:
        assert payouts.queue_due(self.books, SwedishBankCalendar(), preparer, TEST) == [BATCH_ID]
        return self

    def attest(self) -> Desk:
        payouts.attest(self.books, BATCH_ID, "attester-9", TOTAL, TEST)
        return self

    def send(self) -> Desk:
        for due in list(self.store.due("payments", self.clock.now())):
            if due.task.kind == "send_batch":
                payouts.send_batch(self.books, self.outbox, SwedishBankCalendar(), lambda *_: b"", due, TEST)
            elif due.task.kind == "free_payouts":
                payouts.free_payouts(self.books, due, TEST)
            else:
                payouts.note_silence(self.books, due, TEST)
        return self

    def lose(self) -> Desk:
        """The bank is silent about both payouts."""
        self.batch().attest().send()
        self.clock.time = UNKNOWN
        return self.send()

    def refuse(self, code: str = "AC04") -> Desk:
        """The bank refuses the first's payout."""
        self.batch().attest().send()
        self.act(c.RecordPayoutRejected(PAYOUT, BATCH_ID, "Account closed", code))
        return self

    def lag(self) -> Desk:
        """The first has requisitioned its share after the last day, and nobody before it."""
        self.clock.time = LATE
        self.store = FakeStore()
        self.books = Books(self.store, self.clock, lambda record, context: None)
        open_round(self.books, self.round, TEST)
        form = c.SubmitRequisition(SHARE, RECIPIENT.account, "REF 4711", RECIPIENT.peppol_id, "00")
        for command in (c.OpenCase(RECIPIENT, self.round.terms, "L-1", SHARE), form):
            self.books.handle(CASE, case_key(YEAR, FIRST), command, TEST)
        return self

    def link(self) -> Desk:
        """The first is paid and has the link to its report."""
        self.batch().attest().send()
        self.act(c.RecordPayoutSettled(PAYOUT, "entry-1", SHARE, PAYDAY.date()))
        self.clock.time = REPORTING
        self.act(c.IssueReportLink(TOKEN_HASH))
        return self

    def hear(self, misused: Ore = NOTHING) -> Desk:
        """The first has used a part, and is heard about the rest."""
        self.link()
        used = Ore(SHARE - CLAIM)
        self.act(
            c.SubmitReport(
                1,
                {"amount_used": used, "amount_not_as_intended": misused},
                used,
                misused,
                "report-hash",
                TOKEN_HASH,
            )
        )
        self.act(c.AssessReport())
        return self

    def draw(self) -> Desk:
        """The first, from which the rest is taken back, is drawn in a spot check."""
        self.decide()
        spot_checks.draw(self.books, YEAR, 1, "frö", "Skäl.", "officer-9", TEST)
        return self

    def ask(self) -> Desk:
        """The first is asked for its accounting records."""
        self.draw().act(c.RequestRecords(1, 1, ("reported",), sha256(RECORDS_TOKEN.encode())))
        return self

    def hear_out(self, misused: Ore = NOTHING) -> Desk:
        """The time to answer has passed."""
        self.hear(misused)
        self.clock.time = self.case().recoveries[0].hearing_ends
        return self

    def decide(self) -> Desk:
        """Two persons have decided that the rest goes back."""
        self.hear_out()
        self.act(c.PrepareDecision(1, Ore(0), "Pengarna har inte använts.", "officer-8"))
        self.act(c.DecideRecovery(1, "officer-9"))
        return self

    def claim(self) -> Desk:
        """The rest is invoiced."""
        self.decide().act(c.RaiseInvoice(1))
        return self

    def owe(self) -> Desk:
        """The first's invoice is past its due date, and another payout to it has not left."""
        self._begin(MORE)
        self.act(c.HoldPayouts(NEXT, "Skäl.", "officer-8"))
        self.claim()
        self.act(c.ReleasePayouts(1, "Skäl.", "officer-8"))
        self.clock.time = end_of(self.case().invoices[0].due_on)
        return self

    def pay_late(self, days: int = 10) -> Desk:
        """The round has a legal ground for interest, and the first paid its invoice so many days too late."""
        self.round = CHARGED
        self._begin()
        self.claim()
        on = self.case().invoices[0].due_on + timedelta(days=days)
        self.clock.time = end_of(on)
        self.act(c.RecordRepayment(1, "entry-2", CLAIM, on))
        return self

    def repay(self, amount: Ore, entry: str = "entry-2") -> Desk:
        self.act(c.RecordRepayment(1, entry, amount, self.clock.time.date()))
        return self

    def lie_astray(self, amount: Ore = CLAIM, text: str = "Tack", way: str = "credit", name: str = ASTRAY) -> Desk:
        """An entry lies in suspense."""
        told = SuspendEntry(name, amount, way, text, date(2025, 5, 8), "unknown_reference")
        self.books.handle(ENTRY, entry_key(name), told, TEST)
        return self

    def call(
        self,
        function: str,
        name: str,
        who: str | None = None,
        *,
        body: object = None,
        raw: str | None = None,
        media_type: str | None = None,
        path: tuple[str, str] = ("", ""),
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Answer a sample event, with some of it changed: who calls, its body, or a piece of its path."""
        event = sample(function, name)
        if who is not None:
            event["requestContext"]["authorizer"] = ROLES.get(who)
        if body is not None:
            event["body"] = json.dumps(body)
        if raw is not None:
            event["body"] = raw
        event["path"] = event["path"].replace(*path)
        event["headers"] |= headers or {}
        if media_type is not None:
            event["headers"]["Content-Type"] = media_type
        handler = importlib.import_module(f"functions.{function}.handler").handler
        answer = handler(event, SimpleNamespace())
        return Answer(answer["statusCode"], answer["body"], answer["multiValueHeaders"])


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Both payouts are ordered; it is a bank day."""
    made = Desk()
    monkeypatch.setattr(wiring, "books", lambda: made.books)
    monkeypatch.setattr(wiring, "links", FakeLinks)
    monkeypatch.setattr(wiring, "files", lambda setting: {"archive_bucket": made.archive}[setting])
    return made
