"""How somebody becomes a municipality's agent and acts as one, with the keyboard alone and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from pypdf import PdfReader, PdfWriter

from tests.browser.agency import APPLIES, ASKS, DECIDED, MOVES, NEWCOMER, OFFICER, ROUND, Agency, agent
from tests.browser.shown import REVIEW_REQUISITION, SEND_REQUISITION
from tests.browser.visits import Visit

Visiting = Callable[..., Visit]


def _certificate(folder: Path) -> Path:
    """Write a PDF that stands for the certificate of who may sign for the municipality."""
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    path = folder / "intyg.pdf"
    writer.write(path)
    return path


def _text(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


@pytest.mark.at("open")
def test_who_applies_with_a_pdf_is_approved_and_requisitions(agency: Agency, visit: Visiting, tmp_path: Path) -> None:
    certificate, application = _certificate(tmp_path), f"{APPLIES}-1"
    _applies(visit(NEWCOMER), certificate, application)
    assert agency.world.mailbox.wait_for(f"AGENTS-{APPLIES}-agent_application_received-1").to
    _approves(visit(OFFICER), certificate, application)
    assert agency.world.mailbox.wait_for(f"AGENTS-{APPLIES}-agent_approved-1").to
    _requisitions(agency, visit(NEWCOMER), application)

    # whom the new agent came after acts for nobody any more
    before = visit(agent(APPLIES)).go(f"/kommun/{APPLIES}")
    assert before.status == 403


def _applies(sits: Visit, certificate: Path, application: str) -> None:
    sits.go("/")
    sits.follow("Ansök om att bli ombud")
    sits.is_titled("Ansök om att bli ombud")
    sits.tab_to(name="municipality")
    sits.page.keyboard.type("Nybro")
    sits.type_in("name", "Chefen för socialtjänsten").type_in("title", "Socialchef")
    sits.type_in("email", "socialchef@nybro.example").type_in("phone", "0481-450 00")
    sits.follow("Granska och välj filer")

    assert sits.status == 422
    sits.is_titled("Fel: Ansök om att bli ombud")
    sits.tab_to(text=sits.fault)
    sits.keys("Enter")
    sits.tab_to(name="certificate")
    sits.keys("Space")
    sits.follow("Granska och välj filer")

    assert sits.status == 200
    sits.is_titled("Granska ansökan och välj filer")
    sits.says("Nybro (0881)", "Socialchef", "Intyg från kommunsekreteraren")
    sits.follow("Skicka ansökan")

    assert sits.status == 422
    sits.says("Välj minst en fil.")
    sits.tab_to(text=sits.fault)
    sits.keys("Enter")
    sits.tab_to(name="files")
    sits.page.set_input_files("[name=files]", certificate)
    sits.follow("Skicka ansökan")

    assert (sits.status, sits.path) == (200, f"/ombud/ansokan/{application}")
    sits.is_titled(f"Din ansökan {application} om att bli ombud")
    sits.says("Vi har tagit emot ansökan", "Spara bilaga 1 (PDF)")


def _approves(officer: Visit, certificate: Path, application: str) -> None:
    officer.go("/handlaggning")
    officer.follow("Pröva en ansökan om att bli ombud")
    officer.follow(f"Ansökan {application}")
    officer.is_titled(f"Ansökan {application} om att bli ombud")
    officer.says("Chefen för socialtjänsten", "Intyg från kommunsekreteraren")
    officer.tab_to(text="Spara bilaga 1 (PDF)")
    assert officer.save() == certificate.read_bytes()
    officer.follow("Granska beslutet")
    assert officer.status == 422

    officer.tab_to(text=officer.fault)
    officer.keys("Enter")
    officer.tab_to(name="action")
    assert officer.keys("ArrowDown").stop().value == "approve"  # type: ignore[union-attr]
    officer.follow("Granska beslutet")
    officer.is_titled("Granska: godkänn ombudet")
    officer.says("Inget är beslutat förrän du bekräftar.", "slutar vara ombud i samma stund")
    officer.follow("Godkänn ombudet")

    assert (officer.status, officer.path) == (200, f"/handlaggning/ombud/{application}")
    officer.says("Godkänd", "Chefen för socialtjänsten, Socialchef")


def _requisitions(agency: Agency, sits: Visit, application: str) -> None:
    sits.go(f"/ombud/ansokan/{application}")
    sits.says("Ansökan är godkänd")
    sits.follow("Mina sidor")
    sits.follow(f"Gå till ärendet 9.3-{APPLIES}/{ROUND}")
    sits.follow("Gå till rekvisitionen")
    sits.type_in("amount", "tre miljoner")
    sits.tab_to(name="declaration")
    sits.keys("Space")
    sits.follow(REVIEW_REQUISITION)

    assert sits.status == 422
    sits.is_titled("Fel: Rekvirera statsbidrag")
    sits.tab_to(text=sits.fault)
    sits.keys("Enter")
    sits.type_in("amount", "3 000 000")
    sits.follow(REVIEW_REQUISITION)
    sits.says("3 000 000 kronor")
    sits.follow(SEND_REQUISITION)

    assert sits.status == 201
    sits.is_titled("Rekvisitionen har kommit in")
    sits.says("Vi har tagit emot er rekvisition", "3 000 000 kronor")
    checksum = sits.page.locator(".hash").inner_text().strip()
    sits.tab_to(text="Spara det signerade kvittot (PDF)")
    receipt = sits.save()
    _is_signed(agency, receipt)
    assert checksum in _text(receipt).replace(" ", "")
    assert agency.world.mailbox.wait_for(f"{ROUND}-{APPLIES}-requisition_receipt-1").to


def _is_signed(agency: Agency, receipt: bytes) -> None:
    """Check a receipt as anybody can, by the key that the site gives."""
    inside = {name: contents[0] for name, contents in PdfReader(BytesIO(receipt)).attachments.items()}
    key: Any = serialization.load_pem_public_key(agency.world.api.get("/kvittonyckel.pem").content)
    key.verify(inside["kvitto.sig"], inside["kvitto.txt"], ec.ECDSA(hashes.SHA256()))


@pytest.mark.at("open")
def test_an_agent_changes_the_account_and_an_officer_approves_it(agency: Agency, visit: Visiting) -> None:
    sits = visit(agent(MOVES)).go(f"/kommun/{MOVES}")
    sits.follow(f"Gå till ärendet 9.3-{MOVES}/{ROUND}")
    sits.follow("Utbetalningskonto")
    sits.says("Bankgiro 9990-9806", "Ingen ändring är anmäld.")
    sits.tab_to(name="account_kind")
    sits.keys("Space")
    sits.type_in("account_number", "9990-8817")
    sits.follow("Granska kontot")

    assert sits.status == 422
    sits.is_titled("Fel: Utbetalningskonto")
    sits.tab_to(text=sits.fault)
    sits.keys("Enter")
    sits.type_in("account_number", "9990-8816")
    sits.follow("Granska kontot")
    assert sits.status == 200
    sits.says("Inget är inskickat", "9990-8816", "En handläggare kontrollerar kontot.")
    sits.follow("Anmäl kontot")
    assert sits.status == 201
    sits.is_titled("Kontot är anmält")
    sits.follow("Se kontot och anmälda ändringar")
    sits.says("Väntar på kontroll", "Bankgiro 9990-9806")

    officer = visit(OFFICER).go("/handlaggning")
    officer.follow("Godkänn eller avslå ett konto")
    officer.is_titled("Godkänn kontot")
    officer.says("9990-8816", "9990-9806", f"Anmält av agent-{MOVES}")
    officer.follow("Godkänn kontot")
    assert (officer.status, officer.path) == (200, f"/handlaggning/arende/{ROUND}/{MOVES}")
    officer.says("Kontot är godkänt och gäller.")

    sits.go(f"/kommun/{MOVES}/arende/{ROUND}/konto")
    sits.says("Konto som gäller Bankgiro 9990-8816", "Godkänt")
    assert agency.world.mailbox.wait_for(f"{ROUND}-{MOVES}-account_changed-1").to


@pytest.mark.at("open")
def test_who_signs_out_is_out(agency: Agency, visit: Visiting) -> None:
    sits = visit(agent(ASKS)).go(f"/kommun/{ASKS}")
    kept = sits.page.context.cookies()
    sits.follow("Logga ut")
    sits.is_titled("Du är utloggad")
    assert not sits.page.context.cookies(agency.site)
    sits.go(f"/kommun/{ASKS}")
    assert not sits.page.url.startswith(agency.site), "a page of the municipality is shown to nobody"

    # the session has ended at the server too
    sits.page.context.add_cookies(kept)  # type: ignore[arg-type]
    sits.go(f"/kommun/{ASKS}")
    assert not sits.page.url.startswith(agency.site), "the session goes on"


@pytest.mark.at("overdue")
def test_a_municipality_sees_its_decision_and_its_invoice(agency: Agency, visit: Visiting) -> None:
    number = f"I-{ROUND}-{DECIDED}-1"
    sits = visit(agent(DECIDED)).go(f"/kommun/{DECIDED}")
    sits.follow(f"Gå till ärendet 9.3-{DECIDED}/{ROUND}")
    sits.says(number, "OCR-nummer", "Betala till bankgiro")
    row = sits.page.locator("tr", has_text=number)
    ocr = row.locator("td").first.inner_text().strip()
    sits.tab_to(text=f"Faktura {number} (PDF)")
    pdf = sits.save()
    assert ocr in _text(pdf)
    sits.tab_to(text=f"Faktura {number}, e-faktura (XML)")
    invoice = etree.fromstring(sits.save())
    assert invoice.xpath("string(//*[local-name()='ID'])") == number
    assert ocr in invoice.xpath("//*[local-name()='PaymentID']/text()")
