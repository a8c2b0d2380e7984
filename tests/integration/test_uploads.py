"""A file goes through the real API as bytes, and what is no file still arrives as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest

from local.provider import Provider
from local.stack import Stack
from statsbidrag.adapters.dynamodb import DynamoDBStore
from statsbidrag.adapters.kms import KmsLinks
from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.identifiers import RoundId
from statsbidrag.domain.journal import sha256
from statsbidrag.domain.money import NOTHING
from statsbidrag.usecases.books import Books
from statsbidrag.usecases.records import records_purpose
from statsbidrag.usecases.rounds import open_round
from tests.fakes import FakeClock
from tests.integration.office import Office
from tests.unit.functions.material import RECIPIENT, REPORTING, TEST
from tests.unit.functions.material import ROUND as OF_2025
from tests.unit.functions.payouts import BATCH_ID, FIRST, PAYDAY, SHARE, TOKEN_HASH

YEAR = RoundId("2033")
ROUND = msgspec.structs.replace(OF_2025, id=YEAR)
"""The dates of 2025 under another name: the tests of pages have the round of 2025 on the same stack."""
KEY, PAYOUT = case_key(YEAR, FIRST), f"P-{YEAR}-{FIRST}-1"
PDF = b"%PDF-1.7\r\n" + bytes(range(256)) * 40 + b"\r\n\r\n--\r\n%%EOF\n"
"""Every byte there is, and what ends the parts of a form."""
NOW = datetime(2033, 1, 10, 9, tzinfo=UTC)
"""After every other round on the stack: its clock goes forward only."""


@pytest.fixture
def agency(stack: Stack, identities: Provider) -> Iterator[Office]:
    """A round in which one municipality has used all its money and said so."""
    agency = Office(stack, identities, 2033)
    agency.clock.set_to(NOW)
    clock = FakeClock(PAYDAY)
    books = Books(DynamoDBStore(agency.dynamodb, stack.outputs["TableName"]), clock, lambda record, context: None)
    open_round(books, ROUND, TEST)
    answers: dict[str, str | int] = {"amount_used": SHARE, "amount_not_as_intended": 0}
    for at, command in (
        (PAYDAY, c.OpenCase(RECIPIENT, ROUND.terms, "L-1", SHARE)),
        (PAYDAY, c.SubmitRequisition(SHARE, RECIPIENT.account, "REF 4711", RECIPIENT.peppol_id, "00")),
        (PAYDAY, c.ValidateRequisition(1)),
        (PAYDAY, c.QueuePayout(PAYOUT, BATCH_ID)),
        (PAYDAY, c.RecordPayoutSent(PAYOUT, BATCH_ID)),
        (PAYDAY, c.RecordPayoutSettled(PAYOUT, "entry-1", SHARE, PAYDAY.date())),
        (REPORTING, c.IssueReportLink(TOKEN_HASH)),
        (REPORTING, c.SubmitReport(1, answers, SHARE, NOTHING, "00", TOKEN_HASH)),
        (REPORTING, c.AssessReport()),
    ):
        clock.time = at
        books.handle(CASE, KEY, command, TEST)
    yield agency
    agency.http.close()


def test_a_pdf_behind_its_link_lies_in_the_bucket_byte_for_byte(agency: Office) -> None:
    http, bucket = agency.http, agency.stack.outputs["ArchiveBucket"]
    asked = {"count": 1, "seed": "2026-04-01", "reason": "Årligt stickprov."}
    drawn = http.post(f"/rounds/{YEAR}/spot-checks", json=asked, headers=agency.signed("officer-1", "officer"))
    assert drawn.status_code == 201, drawn.text
    assert drawn.json()["reason"] == asked["reason"]
    agency.stack.invoke("SendReportLinks", {"trigger": "schedule"})
    token = KmsLinks(agency.client("kms"), agency.stack.resources["LinkKey"]).token(records_purpose(KEY, "1-1"))
    page = http.get(f"/underlag/{token}")
    assert (page.status_code, RECIPIENT.name in page.text) == (200, True)

    sent = http.post(f"/underlag/{token}", files=[("files", ("Huvudbok, åäö.pdf", PDF, "application/pdf"))])
    assert sent.status_code == 201, sent.text
    assert sha256(PDF) in sent.text
    lies = agency.s3.get_object(Bucket=bucket, Key=f"records/{YEAR}/{FIRST}/{sha256(PDF)}")
    assert (lies["Body"].read(), lies["ContentType"]) == (PDF, "application/pdf")
    assert http.get(f"/records/{token}").json()["files"][0]["size"] == len(PDF)

    form = http.post("/ny-lank", data={"round": str(YEAR), "municipality": "Åäö"})
    assert form.status_code == 422
    assert re.search(r'value="Åäö"', form.text)
