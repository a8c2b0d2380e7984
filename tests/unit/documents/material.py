"""Invented accounts and payments, and a client of the stand-in bank."""

from __future__ import annotations

from typing import Any

import httpx

from statsbidrag.documents.pain001 import Payment
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.money import Ore, kronor

BANKGIRO = Account("bankgiro", "50501055")
PLUSGIRO = Account("plusgiro", "309187")
IBAN = Account("iban", "SE4550000000058398257466")


def payment(number: int, account: Account, amount: Ore | None = None) -> Payment:
    return Payment(
        end_to_end_id=f"P-2025-0114-{number}",
        amount=kronor(1000 * number) if amount is None else amount,
        creditor="Upplands Väsby",
        account=account,
        remittance="Statsbidrag 2025, ärende 9.3-0114/2025",
    )


class Bank:
    """A client of the stand-in bank."""

    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, trust_env=False)

    def close(self) -> None:
        self._http.close()

    def call(self, method: str, path: str, **body: Any) -> Any:
        answer = self._http.request(method, path, json=body or None)
        assert answer.is_success, answer.text
        return answer.json()

    def validate(self, data: bytes) -> str:
        return str(self._http.post("/_mock/validate", content=data).text)

    def pay(self, data: bytes) -> Any:
        return self._http.post("/payments", content=data).json()

    def hold(self, name: str, iban: str, number: str, **more: Any) -> None:
        self.call(
            "POST",
            "/_mock/accounts",
            id=name,
            iban=iban,
            account_number=number,
            currency="SEK",
            name=name,
            **more,
        )

    def advance(self, day: str) -> None:
        self.call("POST", f"/_mock/advance?to={day}")

    def mail(self, kind: str) -> list[bytes]:
        """Collect what the bank sent of one kind, such as ``pain.002``, oldest first."""
        return [row["body"].encode() for row in self.call("GET", f"/_mock/mailbox?type={kind}")]
