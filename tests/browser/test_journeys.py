"""The main journeys of a municipality, with the keyboard alone and without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.browser.agency import REPLIES, ROUND, TELLS, WALKS, Agency, agent
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


def _says(visit: Visit, *texts: str) -> None:
    seen = " ".join(visit.page.locator("main").inner_text().split())
    for text in texts:
        assert text in seen, f"{text!r} is not said on the page:\n{seen}"


def _is_noticed(visit: Visit, title: str) -> None:
    assert re.match(title, visit.page.title()), visit.page.title()
    assert not visit.complaints


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
    sits.tab_to(text=REVIEW_REQUISITION)
    sits.send("Enter")

    assert sits.status == 422
    _is_noticed(sits, "Fel: Rekvirera statsbidrag")
    _says(sits, "Det finns ett fel att rätta", "Kryssa i rutan för att intyga uppgifterna.")
    first = sits.tab_to(text="Intygande: Kryssa i rutan för att intyga uppgifterna.")
    assert first.href == "#declaration"
    # the link in the summary leads to its field
    sits.keys("Enter")
    sits.tab_to(name="declaration")
    sits.keys("Space")
    sits.tab_to(text=REVIEW_REQUISITION)
    sits.send("Enter")

    assert sits.status == 422
    sits.tab_to(text=_summed_up(sits))
    sits.keys("Enter")
    sits.type_in("amount", "5 000 000")
    sits.tab_to(text=REVIEW_REQUISITION)
    sits.send("Space")

    assert sits.status == 200
    _is_noticed(sits, "Granska och skicka")
    _says(sits, "5 000 000 kronor")
    sits.tab_to(text=CHANGE)
    sits.send("Enter")

    sits.type_in("amount", "4 000 000")
    assert sits.tab_to(name="declaration").value == "ja"
    assert sits.page.locator("[name=declaration]").is_checked()
    sits.tab_to(text=REVIEW_REQUISITION)
    sits.send("Enter")
    _says(sits, "4 000 000 kronor")
    sits.tab_to(text=SEND_REQUISITION)
    sits.send("Enter")

    assert sits.status == 201
    _is_noticed(sits, "Rekvisitionen har kommit in")
    _says(sits, "Vi har tagit emot er rekvisition", "4 000 000 kronor", "Kontrollsumma")
    receipt = agency.world.mailbox.wait_for(f"{ROUND}-{WALKS}-requisition_receipt-1")
    assert receipt.to


def _summed_up(visit: Visit) -> str:
    """Give the words of the one fault in the summary."""
    return visit.page.locator(".summary a").inner_text().strip()


@pytest.mark.at("reporting")
def test_two_share_the_draft_of_a_report_and_one_sends_it(agency: Agency, visit: Visiting) -> None:
    path = agency.report_path(TELLS)
    economist, manager = visit().go(path), visit().go(path)
    economist.type_in("amount_used", "6 000 000").type_in("amount_not_as_intended", "0")
    economist.tab_to(text=SAVE)
    economist.send("Enter")
    assert economist.status == 200
    _says(economist, "Utkastet är sparat", "Inget är inskickat än.")

    manager.type_in("organisation", "Socialtjänsten höll samtalen tillsammans med hemtjänsten.")
    manager.type_in("amount_used", "5 000 000")
    manager.tab_to(text=SAVE)
    manager.send("Enter")
    assert manager.status == 409
    _is_noticed(manager, "Fel: Återrapportera statsbidrag")
    _says(manager, "Någon annan har sparat utkastet", "Inget är borta.", "Sparat av någon annan:", "6 000 000")
    assert manager.page.locator("[name=amount_used]").input_value() == "5 000 000"

    # what the other saved is taken over, and saved with one's own
    manager.type_in("amount_used", "6 000 000").type_in("amount_not_as_intended", "0")
    manager.tab_to(text=SAVE)
    manager.send("Enter")
    assert manager.status == 200
    economist.go(path)
    _says(economist, "Utkastet är sparat")
    assert economist.page.locator("[name=organisation]").input_value().startswith("Socialtjänsten")

    economist.type_in("results", "Fler äldre deltar i det som ordnas.").type_in("people_reached", "120")
    economist.type_in("evaluation", "En enkät visar att de flesta är nöjda med samtalet.")
    economist.tab_to(name="target_group")
    economist.keys("Space")
    economist.tab_to(text=REVIEW_REPORT)
    economist.send("Enter")
    assert economist.status == 200
    _says(economist, "6 000 000 kronor", "Socialtjänsten höll samtalen", "Fler äldre deltar")
    economist.tab_to(text=SEND_REPORT)
    economist.send("Enter")
    assert economist.status == 201
    _is_noticed(economist, "Återrapporten har kommit in")
    _says(economist, "Kontrollsumma")

    manager.go(path)
    _says(manager, "Återrapporten har redan kommit in")
    assert agency.world.mailbox.wait_for(f"{ROUND}-{TELLS}-report_receipt-1").to


@pytest.mark.at("reporting")
def test_a_hearing_is_answered_by_the_mailed_link(agency: Agency, visit: Visiting) -> None:
    sits = visit().go(agency.hearing_path(REPLIES))
    _says(sits, "Det här är ett förslag.", "Sista dag att yttra sig")
    sits.tab_to(name="stance")
    sits.keys("Space")
    assert sits.keys("ArrowDown").stop().value == "objects"  # type: ignore[union-attr]
    sits.tab_to(text=REVIEW_HEARING)
    sits.send("Enter")

    assert sits.status == 422
    sits.tab_to(text=_summed_up(sits))
    sits.keys("Enter")
    sits.type_in("text", "Pengarna användes enligt villkoren, men bokfördes på fel konto.")
    sits.tab_to(text=REVIEW_HEARING)
    sits.send("Enter")

    assert sits.status == 200
    _says(sits, "Nej, vi invänder", "bokfördes på fel konto")
    sits.tab_to(text=SEND_HEARING)
    sits.send("Enter")

    assert sits.status == 201
    _is_noticed(sits, "Yttrandet har kommit in")
    _says(sits, "Vi invänder", "Kontrollsumma")
    assert agency.world.mailbox.wait_for(f"{ROUND}-{REPLIES}-hearing_receipt-1-1").to
