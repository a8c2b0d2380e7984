"""The main journeys of a municipality, with the keyboard alone and without scripts."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.agency import REPLIES, ROUND, TELLS, TELLS_COORDINATOR, WALKS, Agency, agent
from tests.browser.shown import (
    CHANGE,
    REVIEW_HEARING,
    REVIEW_REPORT,
    REVIEW_REQUISITION,
    SAVE,
    SEND_HEARING,
    SEND_REPORT,
    SEND_REQUISITION,
    requisition,
)
from tests.browser.visits import Visit

Visiting = Callable[..., Visit]


@pytest.mark.at("open")
def test_a_requisition_is_filled_in_corrected_changed_and_sent(agency: Agency, visit: Visiting) -> None:
    sits = visit(agent(WALKS)).go(requisition(WALKS))
    sits.tab_to(text="Hoppa till innehållet")
    sits.keys("Enter")
    sits.tab_to(text="Gå direkt till formuläret")
    sits.keys("Enter")
    sits.type_in("amount", "99 000 000")
    sits.tab_to(name="account_kind")
    assert sits.keys("ArrowDown").stop().value == "plusgiro"  # type: ignore[union-attr]
    assert sits.keys("ArrowUp").stop().value == "bankgiro"  # type: ignore[union-attr]
    sits.follow(REVIEW_REQUISITION)

    assert sits.status == 422
    sits.is_titled("Fel: Rekvirera statsbidrag")
    sits.says("Det finns ett fel att rätta", "Kryssa i rutan för att intyga uppgifterna.")
    first = sits.tab_to(text="Intygande: Kryssa i rutan för att intyga uppgifterna.")
    assert first.href == "#declaration"
    # the link in the summary leads to its field
    sits.keys("Enter")
    sits.tab_to(name="declaration")
    sits.keys("Space")
    sits.follow(REVIEW_REQUISITION)

    assert sits.status == 422
    sits.tab_to(text=sits.fault)
    sits.keys("Enter")
    sits.type_in("amount", "5 000 000")
    sits.tab_to(text=REVIEW_REQUISITION)
    sits.send("Space")

    assert sits.status == 200
    sits.is_titled("Granska och skicka")
    sits.says("5 000 000 kronor")
    sits.follow(CHANGE)

    sits.type_in("amount", "4 000 000")
    assert sits.tab_to(name="declaration").value == "ja"
    assert sits.page.locator("[name=declaration]").is_checked()
    sits.follow(REVIEW_REQUISITION)
    sits.says("4 000 000 kronor")
    sits.follow(SEND_REQUISITION)

    assert sits.status == 201
    sits.is_titled("Rekvisitionen har kommit in")
    sits.says("Vi har tagit emot er rekvisition", "4 000 000 kronor", "Kontrollsumma")
    receipt = agency.world.mailbox.wait_for(f"{ROUND}-{WALKS}-requisition_receipt-1")
    assert receipt.to


@pytest.mark.at("open")
def test_a_data_coordinator_fills_in_and_the_agent_sends(agency: Agency, visit: Visiting) -> None:
    coordinator, sends = visit(TELLS_COORDINATOR).go(requisition(TELLS)), visit(agent(TELLS))
    coordinator.says("Du kan fylla i men inte skicka")
    coordinator.type_in("amount", "omkring 6 miljoner").type_in("invoice_reference", "Socialtjänsten 12")
    coordinator.follow(SAVE)
    assert coordinator.status == 200
    coordinator.says(
        "Utkastet är sparat", "Rekvisitionen är inte inskickad", "Ombudet eller en representant måste öppna"
    )
    assert coordinator.page.locator("[name=declaration]").count() == 0

    sends.go(f"/kommun/{TELLS}/arende/{ROUND}")
    sends.says("Ett utkast väntar", "av kommunens uppgiftssamordnare")
    sends.follow("Gå till utkastet")
    sends.says("Utkast, senast sparat", "av kommunens uppgiftssamordnare")
    assert sends.page.locator("[name=invoice_reference]").input_value() == "Socialtjänsten 12"
    assert not sends.page.locator("[name=declaration]").is_checked()
    sends.follow(REVIEW_REQUISITION)
    assert sends.status == 422
    sends.says("Det finns 2 fel att rätta", "Kryssa i rutan för att intyga uppgifterna.")

    sends.type_in("amount", str(agency.allocated(TELLS)))
    sends.tab_to(name="declaration")
    sends.keys("Space")
    sends.follow(REVIEW_REQUISITION)
    assert sends.status == 200
    sends.says("Socialtjänsten 12")
    sends.follow(SEND_REQUISITION)
    assert sends.status == 201
    sends.is_titled("Rekvisitionen har kommit in")
    agency.sent.add(TELLS)

    coordinator.go(requisition(TELLS))
    coordinator.says("har redan rekvirerat")
    assert agency.world.mailbox.wait_for(f"{ROUND}-{TELLS}-requisition_receipt-1").to


@pytest.mark.at("reporting")
def test_two_share_the_draft_of_a_report_and_one_sends_it(agency: Agency, visit: Visiting) -> None:
    path = agency.report_path(TELLS)
    economist, manager = visit().go(path), visit().go(path)
    economist.type_in("amount_used", "5 000 000").type_in("amount_not_as_intended", "0")
    economist.follow(SAVE)
    assert economist.status == 200
    economist.says("Utkastet är sparat", "Inget är inskickat än.")

    manager.type_in("organisation", "Socialtjänsten höll samtalen tillsammans med hemtjänsten.")
    manager.type_in("amount_used", "4 000 000")
    manager.follow(SAVE)
    assert manager.status == 409
    manager.is_titled("Fel: Återrapportera statsbidrag")
    manager.says("Någon annan har sparat utkastet", "Inget är borta.", "Sparat av någon annan:", "5 000 000")
    assert manager.page.locator("[name=amount_used]").input_value() == "4 000 000"

    # what the other saved is taken over, and saved with one's own
    manager.type_in("amount_used", "5 000 000").type_in("amount_not_as_intended", "0")
    manager.follow(SAVE)
    assert manager.status == 200
    economist.go(path)
    economist.says("Utkastet är sparat")
    assert economist.page.locator("[name=organisation]").input_value().startswith("Socialtjänsten")

    economist.type_in("results", "Fler äldre deltar i det som ordnas.").type_in("people_reached", "120")
    economist.type_in("evaluation", "En enkät visar att de flesta är nöjda med samtalet.")
    economist.tab_to(name="target_group")
    economist.keys("Space")
    economist.follow(REVIEW_REPORT)
    assert economist.status == 200
    economist.says("5 000 000 kronor", "Socialtjänsten höll samtalen", "Fler äldre deltar")
    economist.follow(SEND_REPORT)
    assert economist.status == 201
    economist.is_titled("Återrapporten har kommit in")
    economist.says("Kontrollsumma")

    manager.go(path)
    manager.says("Återrapporten har redan kommit in")
    assert agency.world.mailbox.wait_for(f"{ROUND}-{TELLS}-report_receipt-1").to


@pytest.mark.at("reporting")
def test_a_hearing_is_answered_by_the_mailed_link(agency: Agency, visit: Visiting) -> None:
    sits = visit().go(agency.hearing_path(REPLIES))
    sits.says("Det här är ett förslag.", "Sista dag att yttra sig")
    sits.tab_to(name="stance")
    sits.keys("Space")
    assert sits.keys("ArrowDown").stop().value == "objects"  # type: ignore[union-attr]
    sits.follow(REVIEW_HEARING)

    assert sits.status == 422
    sits.tab_to(text=sits.fault)
    sits.keys("Enter")
    sits.type_in("text", "Pengarna användes enligt villkoren, men bokfördes på fel konto.")
    sits.follow(REVIEW_HEARING)

    assert sits.status == 200
    sits.says("Nej, vi invänder", "bokfördes på fel konto")
    sits.follow(SEND_HEARING)

    assert sits.status == 201
    sits.is_titled("Yttrandet har kommit in")
    sits.says("Vi invänder", "Kontrollsumma")
    assert agency.world.mailbox.wait_for(f"{ROUND}-{REPLIES}-hearing_receipt-1-1").to
