"""A bank and the bucket that it exchanges files through, as the embedded run has them."""

from __future__ import annotations

from datetime import UTC, date, datetime

from mypy_boto3_s3 import S3Client

from local.bank import Bank, BankFile
from statsbidrag.documents.pain001 import Payment, PaymentFile, render_pain001
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.money import kronor
from statsbidrag.domain.terms import Agency

AGENCY = Agency(
    name="Exempelmyndigheten",
    organisation_number="2021000555",
    address="Exempelgatan 1",
    postcode="106 30",
    city="Stockholm",
    email="bidrag@myndigheten.example",
    account=Account("bankgiro", "50501055"),
)
BANKGIRO = Account("bankgiro", "9912346")
PLUSGIRO = Account("plusgiro", "309187")
IBAN = Account("iban", "SE4550000000058398257466")
TUESDAY = datetime(2025, 6, 10, 7, 0, tzinfo=UTC)


class Channel:
    """The bridge between a bank and a bucket, as the embedded run has it."""

    def __init__(self, bank: Bank, s3: S3Client, bucket: str) -> None:
        self.bank, self.s3, self.bucket = bank, s3, bucket

    def put(self, name: str, *payments: tuple[str, Account, int]) -> bytes:
        body = pain001(name, *payments)
        self.s3.put_object(Bucket=self.bucket, Key=f"out/{name}.xml", Body=body)
        return body

    def collect(self) -> list[BankFile]:
        return self.bank.collect(self.s3, self.bucket)

    def deliver(self) -> dict[str, list[str]]:
        answers: dict[str, list[str]] = {}
        for file in self.bank.deliver(self.s3, self.bucket):
            body = self.s3.get_object(Bucket=self.bucket, Key=file.key)["Body"].read()
            assert body == file.path.read_bytes()
            answers.setdefault(file.kind, []).append(body.decode())
        return answers


def pain001(name: str, *payments: tuple[str, Account, int], on: date = date(2025, 6, 10)) -> bytes:
    transfers = tuple(
        Payment(end_to_end_id, kronor(amount), "Exempelkommun", account, "Statsbidrag")
        for end_to_end_id, account, amount in payments
    )
    return render_pain001(PaymentFile(name, TUESDAY, on, AGENCY, transfers))
