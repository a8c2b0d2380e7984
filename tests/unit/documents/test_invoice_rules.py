"""Electronic invoices and credit notes of all kinds hold the rules, and what breaks a rule is noticed.

Every rule that a change breaks is named, and no other is found: see `Change`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO

import pytest
from lxml import etree
from msgspec.structs import replace
from pypdf import PdfReader

from statsbidrag.documents.case_papers import credit_note_files, decision_letter, invoice_files
from statsbidrag.documents.invoice import Invoice, InvoiceLine
from statsbidrag.documents.invoice_pdf import render_invoice_pdf
from statsbidrag.documents.invoice_xml import render_invoice_xml
from statsbidrag.domain.identifiers import Account
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.domain.terms import Round
from tests.builders import ALLOCATED, RECIPIENT, Story, grant_round, recipient
from tests.einvoice import broken_by_mock, broken_by_saxon
from tests.pdfs import what_readers_lack
from tests.unit.documents.invoice_changes import BUYER, CHANGES, NS, OF_CREDIT_NOTES, OF_INVOICES, Change
from tests.unit.documents.material import IBAN, PLUSGIRO
from tests.unit.domain.test_recovery_situations import ALL, Step


def named(changes: Sequence[Change]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("change", changes, ids=lambda change: change.name)


def check(document: Invoice, change: Change) -> None:
    root = etree.fromstring(render_invoice_xml(document))
    change.edit(root)
    changed = etree.tostring(root, xml_declaration=True, encoding="UTF-8")
    published = set(change.broken.split())
    assert broken_by_mock(changed) == published | set(change.mock.split())
    assert broken_by_saxon(changed) == published | set(change.saxon.split()) | set(change.own.split())


@named(CHANGES + OF_INVOICES)
def test_what_breaks_an_invoice_is_noticed(invoice: Invoice, change: Change) -> None:
    check(invoice, change)


@named(CHANGES + OF_CREDIT_NOTES)
def test_what_breaks_a_credit_note_is_noticed(credit_note: Invoice, change: Change) -> None:
    check(credit_note, change)


# What holds the rules

ROUND = grant_round(ALLOCATED)
NAMES = (
    "Ängelholm",
    "Åmåls kommun & landsbygd",
    "Höör <öst>",
    "Övertorneå]]>",
    "K\"ö'ping",
    "Ystad\u2011Österlen é",
    "Ö" * 200,
)
AMOUNTS = (Ore(1), Ore(99), Ore(100), kronor(97_000_000), Ore(99_999_999_999_99))


def hold(xml: bytes, pdf: bytes) -> None:
    """Both implementations find nothing, not even to warn of, and people can read the PDF."""
    assert broken_by_mock(xml) == set()
    assert broken_by_saxon(xml) == set()
    assert what_readers_lack(pdf) == []
    [attached] = PdfReader(BytesIO(pdf)).attachments.values()
    assert attached == [xml]


def papers(story: Story, grant_round: Round) -> Iterator[tuple[bytes, bytes]]:
    case = story.case
    yield from (invoice_files(case, invoice, grant_round) for invoice in case.invoices)
    yield from (credit_note_files(case, note, grant_round) for note in case.credit_notes)


@pytest.mark.parametrize(("begin", "steps", "figures"), ALL)
def test_the_papers_of_every_situation_hold_the_rules(
    begin: Callable[[], Story], steps: Sequence[Step], figures: object
) -> None:
    story = begin()
    for step in steps:
        step(story)
    for xml, pdf in papers(story, ROUND):
        hold(xml, pdf)
    for recovery in story.case.recoveries:
        if recovery.decided_at is not None:
            assert what_readers_lack(decision_letter(story.case, recovery, ROUND)) == []


@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
@pytest.mark.parametrize("name", NAMES)
def test_any_name_holds_the_rules(request: pytest.FixtureRequest, kind: str, name: str) -> None:
    document: Invoice = request.getfixturevalue(kind)
    seller = replace(document.seller, name=name, address=name, city=name)
    lines = (InvoiceLine(name, Ore(1)), InvoiceLine(f"  {name}\n", Ore(2)))
    buyer = recipient("1292", name)
    odd = replace(document, seller=seller, buyer=buyer, buyer_reference=name, lines=lines, note=name)
    xml = render_invoice_xml(odd)
    hold(xml, render_invoice_pdf(odd, xml))
    assert etree.fromstring(xml).findtext(f"{BUYER}/cac:PartyName/cbc:Name", namespaces=NS) == name


@pytest.mark.parametrize("kind", ["invoice", "credit_note"])
@pytest.mark.parametrize("amount", AMOUNTS)
def test_any_amount_holds_the_rules(request: pytest.FixtureRequest, kind: str, amount: Ore) -> None:
    document: Invoice = request.getfixturevalue(kind)
    for others in ((), (Ore(1),), (Ore(33), Ore(34), Ore(10_33))):
        odd = replace(document, lines=tuple(InvoiceLine("Statsbidrag 2025", one) for one in (amount, *others)))
        xml = render_invoice_xml(odd)
        assert broken_by_mock(xml) == set()
        assert broken_by_saxon(xml) == set()
    assert what_readers_lack(render_invoice_pdf(odd, xml)) == []


@pytest.mark.parametrize("account", [PLUSGIRO, IBAN, Account("bankgiro", "5805610")])
@pytest.mark.parametrize("peppol_id", [RECIPIENT.peppol_id, "0088:7300010000001"])
def test_any_account_and_endpoint_holds_the_rules(invoice: Invoice, account: Account, peppol_id: str) -> None:
    seller, buyer = replace(invoice.seller, account=account), replace(invoice.buyer, peppol_id=peppol_id)
    odd = replace(invoice, seller=seller, buyer=buyer, note="")
    xml = render_invoice_xml(odd)
    hold(xml, render_invoice_pdf(odd, xml))
