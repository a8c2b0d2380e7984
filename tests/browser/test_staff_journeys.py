"""How staff attest and decide, with the keyboard alone and without scripts."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from tests.browser.agency import (
    ATTESTER,
    OFFICER,
    PLEADS,
    REPLIES,
    ROUND,
    SECOND_ATTESTER,
    SECOND_OFFICER,
    Agency,
)
from tests.browser.visits import Visit

Visiting = Callable[..., Visit]


@pytest.mark.at("paying")
def test_two_attest_a_batch_by_its_control_total(agency: Agency, visit: Visiting) -> None:
    path, title = f"/handlaggning/batch/{agency.batch_id}", f"Betalning {agency.batch_id}"
    first = visit(ATTESTER).go("/handlaggning")
    first.follow("Attestera en betalning")
    assert first.path == path
    first.is_titled(title)
    total = agency.call("GET", f"/batches/{agency.batch_id}", ATTESTER)["total_ore"]
    shown = f"{Decimal(total) / 100:.2f}".replace(".", ",")
    first.type_in("total_ore", "1000")
    first.follow("Attestera betalningen")
    assert first.status in (409, 422)
    first.is_titled("Fel: Attestera betalningen")
    first.tab_to(text=first.fault)
    first.keys("Enter")
    first.type_in("total_ore", shown)
    first.follow("Attestera betalningen")
    assert (first.status, first.path) == (200, path)
    first.says("Betalningen är attesterad.", "Attester 1 av 2", "En annan attestant behövs.")

    second = visit(SECOND_ATTESTER).go(path)
    second.type_in("total_ore", shown)
    second.follow("Attestera betalningen")
    assert (second.status, second.path) == (200, path)
    second.says("Attester 2 av 2")
    assert not second.page.locator("[name=total_ore]").count()


@pytest.mark.at("late")
def test_an_officer_takes_up_a_late_requisition(agency: Agency, visit: Visiting) -> None:
    agency.requisition(PLEADS)
    case = f"/handlaggning/arende/{ROUND}/{PLEADS}"
    officer = visit(OFFICER).go(f"/handlaggning/omgang/{ROUND}")
    officer.follow("Avgör rekvisition 1 från Nykvarn")
    assert officer.path == f"{case}/atgard/avgor-sen-rekvisition"
    officer.follow("Avgör den sena rekvisitionen")
    assert officer.status == 422
    officer.is_titled("Fel: Avgör den sena rekvisitionen")
    officer.tab_to(name="outcome")
    officer.keys("Space")
    officer.type_in("reason", "Vår tjänst låg nere den sista dagen.")
    officer.follow("Avgör den sena rekvisitionen")
    assert (officer.status, officer.path) == (200, case)
    officer.says("Rekvisitionen är avgjord.", f"{OFFICER.subject} tog upp den ändå")
    agency.world.wait(tasks=("requisitions", "mail"))
    officer.go(case).says("godkänd")


@pytest.mark.at("overdue")
def test_one_officer_prepares_a_recovery_and_another_decides_it(agency: Agency, visit: Visiting) -> None:
    case = f"/handlaggning/arende/{ROUND}/{REPLIES}"
    first = visit(OFFICER).go("/handlaggning")
    first.follow("Sök")
    first.type_in("q", REPLIES)
    first.send("Enter")
    first.follow(f"9.3-{REPLIES}/{ROUND}")
    assert first.path == case
    first.follow("Bered beslutet: återkrav 1")
    first.is_titled("Bered beslutet")
    first.type_in("waived_ore", "0")
    first.follow("Bered beslutet")

    assert first.status == 422
    first.is_titled("Fel: Bered beslutet")
    first.tab_to(text=first.fault)
    first.keys("Enter")
    first.type_in("reasons", "Pengarna har inte använts. Det finns inga särskilda skäl att avstå.")
    first.type_in("answer_considered", "Kommunen har inte visat att pengarna användes enligt villkoren.")
    first.follow("Bered beslutet")
    assert (first.status, first.path) == (200, case)
    first.says("Beslutet är berett och väntar på en annan handläggare.")
    first.follow("Fatta beslutet: återkrav 1")
    first.says("Du har själv berett det här.")
    assert not first.page.get_by_role("button", name="Fatta beslutet").count()

    second = visit(SECOND_OFFICER).go(case)
    second.follow("Fatta beslutet: återkrav 1")
    second.says("Pengarna har inte använts.", f"Berett av {OFFICER.subject}")
    second.follow("Fatta beslutet")
    assert (second.status, second.path) == (200, case)
    second.says("Beslutet är fattat.")
    agency.world.wait(tasks=("letters", "mail"))
    second.go(case).tab_to(text="Beslutet")
    assert second.save().startswith(b"%PDF-")
