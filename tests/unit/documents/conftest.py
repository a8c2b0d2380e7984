"""Fixtures: an invented agency and municipality, one batch, and a bank on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from mockbank import Config, make_server

from statsbidrag.documents.invoice import Invoice, InvoiceLine, InvoiceReference
from statsbidrag.documents.pain001 import PaymentFile
from statsbidrag.domain.identifiers import Account, MunicipalityCode, OrganisationNumber
from statsbidrag.domain.money import Ore
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Agency
from tests.unit.documents.material import BANKGIRO, IBAN, PLUSGIRO, Bank, payment


@pytest.fixture
def agency() -> Agency:
    return Agency(
        name="Exempelmyndigheten",
        organisation_number="2021000555",
        address="Exempelgatan 1",
        postcode="106 30",
        city="Stockholm",
        email="statsbidrag@exempelmyndigheten.example",
        account=BANKGIRO,
    )


@pytest.fixture
def recipient() -> Recipient:
    return Recipient(
        municipality=MunicipalityCode("0114"),
        name="Upplands Väsby",
        organisation_number=OrganisationNumber("2120000019"),
        registry_email="registrator@upplands-vasby.example",
        account=Account("bankgiro", "50501055"),
        invoice_reference="REF-0114",
        peppol_id="0007:2120000019",
    )


@pytest.fixture
def file(agency: Agency) -> PaymentFile:
    """Three payments, one of each kind of account."""
    return PaymentFile(
        message_id="B-2025-20250610-1",
        created_at=datetime(2025, 6, 10, 7, 30, tzinfo=UTC),
        execution_date=date(2025, 6, 11),
        debtor=agency,
        payments=(payment(1, BANKGIRO), payment(2, PLUSGIRO), payment(3, IBAN, Ore(123_456_78))),
    )


@pytest.fixture
def invoice(agency: Agency, recipient: Recipient) -> Invoice:
    """A claim of two lines, with öre."""
    return Invoice(
        number="I-2025-0114-1",
        kind="invoice",
        ocr="202501140122",
        issued_on=date(2026, 5, 29),
        due_on=date(2026, 6, 30),
        seller=agency,
        buyer=recipient,
        buyer_reference="REF-0114",
        case_number="9.3-0114/2025",
        decision_on=date(2026, 5, 28),
        lines=(
            InvoiceLine("Statsbidrag 2025 som inte har använts", Ore(61_836_00)),
            InvoiceLine("Statsbidrag 2025 som har använts i strid med villkoren", Ore(12_400_50)),
        ),
        note="Vi tar inte ut någon ränta på beloppet.",
    )


@pytest.fixture
def credit_note(agency: Agency, recipient: Recipient) -> Invoice:
    """The reversal of one line of that claim."""
    return Invoice(
        number="I-2025-0114-2",
        kind="credit_note",
        ocr="202501140122",
        issued_on=date(2026, 6, 15),
        due_on=date(2026, 6, 15),
        seller=agency,
        buyer=recipient,
        buyer_reference="REF-0114",
        case_number="9.3-0114/2025",
        decision_on=date(2026, 6, 12),
        lines=(InvoiceLine("Statsbidrag 2025 som har använts i strid med villkoren", Ore(12_400_50)),),
        credits=InvoiceReference("I-2025-0114-1", date(2026, 5, 29)),
    )


@pytest.fixture
def bank() -> Iterator[Bank]:
    """A bank that holds the agency's bankgiro and nothing else, at nine on 10 June 2025."""
    server = make_server(Config(port=0, quiet=True, timezone="Europe/Stockholm", clock="2025-06-10T09:00"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    client = Bank(f"http://127.0.0.1:{server.server_port}")
    for name in ("ACME", "GLOBEX", "EURODIS"):
        client.call("PATCH", f"/_mock/accounts/{name}", closed=True)
    client.hold("AGENCY", "SE3550000000054910000003", BANKGIRO.number, balance=100_000_000_00)
    yield client
    client.close()
    server.shutdown()
    thread.join()
    server.server_close()
