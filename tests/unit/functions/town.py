"""One municipality through its year, by the ordinary use cases, and its calls to the functions that show it."""

from __future__ import annotations

import importlib
import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import html

from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import Mail
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.journal import sha256
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.rounds import ROUND as ROUND_KIND
from statsbidrag.domain.rounds import ApproveAllocationList, CheckAllocationList, Share, round_key
from statsbidrag.entry import wiring
from statsbidrag.usecases import reports, requisitions
from statsbidrag.usecases.books import Books
from statsbidrag.usecases.requisitions import RequisitionInput
from statsbidrag.usecases.rounds import open_round
from tests.fakes import FakeClock, FakeDrafts, FakeFiles, FakeRegister, FakeStore
from tests.unit.functions.material import KEY, RECIPIENT, REPORTING, ROUND, TEST, TOKEN, sample

YEAR, CODE, OTHER = RoundId("2025"), RECIPIENT.municipality, MunicipalityCode("0115")
SHARE = kronor(461_836)
UNSPENT = kronor(61_836)
INVOICE = "I-2025-0114-1"
PAYOUT, BATCH = "P-2025-0114-1", "B-2025-20250507-1"
ANSWERS: dict[str, str | int] = {
    "amount_used": SHARE - UNSPENT,
    "amount_not_as_intended": 0,
    "misuse_explanation": "",
    "organisation": "Två samtalsledare ringer och besöker.",
    "results": "Fler har hittat till en förening.",
    "people_reached": "120",
    "evaluation": "Vi frågar efter ett halvår.",
    "target_group": "ja",
}


class FakeSigner:
    """`Signer` with a key that lives as long as the test; counts what it signed."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.signed: list[bytes] = []

    def sign(self, statement: bytes) -> bytes:
        self.signed.append(statement)
        return self.key.sign(statement, ec.ECDSA(hashes.SHA256()))

    def public_key(self) -> str:
        kind = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.key.public_key().public_bytes(serialization.Encoding.PEM, kind).decode()


@dataclass
class Town:
    """The books of a round with one municipality; each method takes it a step on in its year."""

    clock: FakeClock = field(default_factory=lambda: FakeClock(datetime(2025, 5, 6, 8, 0, tzinfo=UTC)))
    store: FakeStore = field(default_factory=FakeStore)
    archive: FakeFiles = field(default_factory=FakeFiles)
    signer: FakeSigner = field(default_factory=FakeSigner)
    drafts: FakeDrafts = field(default_factory=FakeDrafts)

    def __post_init__(self) -> None:
        self.books = Books(self.store, self.clock, lambda record, context: None)
        self.register = FakeRegister([RECIPIENT])
        open_round(self.books, ROUND, TEST)
        command = c.OpenCase(RECIPIENT, ROUND.terms, "L-1", SHARE, datetime(2025, 2, 20, 9, 0, tzinfo=UTC))
        self.books.handle(CASE, KEY, command, TEST)

    @property
    def case(self) -> Case:
        return self.books.state(CASE, KEY)

    def at(self, *when: int) -> Town:
        self.clock.time = datetime(*when, tzinfo=UTC)  # type: ignore[arg-type, misc]
        return self

    def act(self, *commands: c.CaseCommand) -> Town:
        for command in commands:
            self.books.handle(CASE, KEY, command, TEST)
        return self

    def list_approved(self) -> Town:
        key, shares = round_key(YEAR), (Share(CODE, SHARE), Share(OTHER, Ore(ROUND.total - SHARE)))
        self.register = FakeRegister([RECIPIENT, Recipient(OTHER, "Vallentuna", *_rest(RECIPIENT))])
        self.books.handle(ROUND_KIND, key, CheckAllocationList("L-1", shares, "a.csv", "officer-1"), TEST)
        self.books.handle(ROUND_KIND, key, ApproveAllocationList("L-1", "officer-2"), TEST)
        return self

    def requisitioned(self) -> Town:
        form = RequisitionInput(SHARE, RECIPIENT.account, "REF 4711", RECIPIENT.peppol_id, "bidrag@vasby.example")
        requisitions.receive(self.books, YEAR, CODE, form, "key-1", TEST)
        return self

    def paid(self) -> Town:
        self.requisitioned().act(c.ValidateRequisition(1), c.QueuePayout(PAYOUT, BATCH))
        return self.at(2025, 5, 8, 8).act(
            c.RecordPayoutSent(PAYOUT, BATCH), c.RecordPayoutSettled(PAYOUT, "entry-1", SHARE, date(2025, 5, 8))
        )

    def asked(self) -> Town:
        self.paid().clock.time = REPORTING
        return self.act(c.IssueReportLink(sha256(TOKEN.encode())))

    def mail(self, kind: str) -> Mail:
        return next(mail for mail in self.case.mails.values() if mail.kind == kind)

    def reported(self) -> Town:
        self.asked()
        reports.receive(self.books, TOKEN, ANSWERS, "key-2", TEST)
        return self

    def heard(self) -> Town:
        return self.reported().act(c.AssessReport())

    def decided(self) -> Town:
        self.heard().at(2026, 3, 2, 8).act(
            c.PrepareDecision(1, Ore(0), "Pengarna är inte förbrukade.", "officer-1"), c.DecideRecovery(1, "officer-2")
        )
        self.archive.put("letters/2025/0114-decision-1.pdf", b"%PDF letter", "application/pdf")
        return self.act(c.RecordLetterFiled(1, "letters/2025/0114-decision-1.pdf"))

    def invoiced(self) -> Town:
        self.decided().at(2026, 3, 3, 8).act(c.RaiseInvoice(1))
        name = f"invoices/2025/{INVOICE}"
        self.archive.put(f"{name}.pdf", b"%PDF invoice", "application/pdf")
        self.archive.put(f"{name}.xml", b"<Invoice/>", "application/xml")
        return self.act(c.RecordInvoiceFiled(INVOICE, f"{name}.xml", f"{name}.pdf"))

    def repaid(self, amount: Ore = UNSPENT) -> Town:
        return self.invoiced().at(2026, 3, 20, 8).act(c.RecordRepayment(1, "entry-9", amount, date(2026, 3, 20)))

    def call(self, function: str, name: str, who: dict[str, str] | None = None, **params: str) -> dict[str, Any]:
        """Answer a sample event; ``form_…`` changes a field of its form, others a parameter of its path."""
        event = sample(function, name)
        fields = {k.removeprefix("form_"): v for k, v in params.items() if k.startswith("form_")}
        if fields:
            event["body"] = urlencode(dict(parse_qsl(event["body"])) | fields)
        changed = {k: v for k, v in params.items() if not k.startswith("form_")}
        if changed:
            event["pathParameters"] |= changed
            event["path"] = event["resource"]
            for key, value in event["pathParameters"].items():
                event["path"] = event["path"].replace(f"{{{key}}}", value)
        return self.answer(function, event, who)

    def answer(self, function: str, event: dict[str, Any], who: dict[str, str] | None = None) -> dict[str, Any]:
        """Answer an event, as it came or as somebody else's."""
        if who is not None:
            event["requestContext"]["authorizer"] = who
        handler = importlib.import_module(f"functions.{function}.handler")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(wiring, "books", lambda: self.books)
            patch.setattr(wiring, "clock", lambda: self.clock)
            patch.setattr(wiring, "files", lambda _: self.archive)
            patch.setattr(wiring, "register", lambda: self.register)
            patch.setattr(wiring, "signer", lambda: self.signer)
            patch.setattr(wiring, "drafts", lambda: self.drafts)
            patch.setattr(wiring, "settings", lambda: SimpleNamespace(need=lambda _: "https://bidrag.example"))
            answer: dict[str, Any] = handler.handler(event, SimpleNamespace())
        return answer


def _rest(recipient: Recipient) -> tuple[Any, ...]:
    return recipient.organisation_number, "reg@vallentuna.example", recipient.account, "REF", recipient.peppol_id


def caller(role: str, municipality: str = CODE) -> dict[str, str]:
    """Give what the authoriser vouches for."""
    return {"subject": f"{role}-{municipality}", "role": role, "municipality": municipality}


def page(answer: dict[str, Any]) -> Any:
    """Parse a page, and hold it against what every page promises."""
    text = answer["body"]
    assert answer["multiValueHeaders"]["Content-Type"] == ["text/html; charset=utf-8"]
    tree = html.document_fromstring(text)
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids)), ids
    assert len(tree.xpath("//h1")) == 1
    levels = [int(node.tag[1]) for node in tree.xpath("//h1|//h2|//h3|//h4")]
    if not tree.xpath("//section[@role='alert']"):
        assert levels[0] == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels)), levels
    fields = tree.xpath("//input[not(@type='hidden')]|//textarea|//select")
    assert {field.get("id") for field in fields} <= set(tree.xpath("//label/@for"))
    named = {part for value in tree.xpath("//@aria-labelledby|//@aria-describedby") for part in value.split()}
    assert named | {link[1:] for link in tree.xpath("//a/@href") if link.startswith("#")} <= set(ids)
    assert not tree.xpath("//script|//style|//@style|//@onclick")
    assert all(table.xpath("./caption") and table.xpath(".//th[@scope]") for table in tree.xpath("//table"))
    assert all(div.get("tabindex") == "0" and div.get("aria-label") for div in tree.xpath("//div[@class='wide']"))
    assert tree.get("lang") in ("sv", "en")
    assert tree.xpath("//title/text()")[0].strip()
    return tree


def words(tree: Any) -> str:
    """Give a page's text on one line with plain spaces."""
    return " ".join(tree.text_content().replace("\u00a0", " ").split())


def refused(answer: dict[str, Any]) -> tuple[int, str]:
    """Give status and code of a refusal; a page names the code in its last line."""
    if answer["multiValueHeaders"]["Content-Type"][0].startswith("text/html"):
        reference = html.document_fromstring(answer["body"]).find_class("reference")[0]
        return answer["statusCode"], reference.text_content().split()[1].rstrip(",")
    return answer["statusCode"], str(json.loads(answer["body"])["code"])
