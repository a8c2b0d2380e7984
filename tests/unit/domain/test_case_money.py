"""The conservation lines: each is named when it does not hold."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from statsbidrag.domain.case.state import Money
from statsbidrag.domain.money import Ore
from tests.builders import decided, heard, invoiced, paid, reported

LADDER = "0 <= paid <= approved <= allocated"
WITHIN = "accepted, waived and recovered are within what was paid"
NEGATIVE = "nothing is negative"
SETTLED = "settled and written off <= invoiced"
SET_OFF = "set off is within what was paid and what came in"
REFUNDED = "no more is refunded than came in"


def money(**amounts: int) -> Money:
    return Money(**{name: Ore(amount) for name, amount in amounts.items()})


@pytest.mark.parametrize(
    ("accounts", "broken"),
    [
        (money(), []),
        (money(allocated=9, approved=9, paid=9, accepted_use=4, waived=2, invoiced=3, settled=3), []),
        (money(allocated=8, approved=9), [LADDER]),
        (money(allocated=9, approved=8, paid=9), [LADDER]),
        (money(paid=-1), [LADDER, WITHIN]),
        (money(allocated=9, approved=9, paid=9, accepted_use=9, waived=1), [WITHIN]),
        (money(allocated=9, approved=9, paid=9, accepted_use=-1), [NEGATIVE]),
        (money(allocated=9, approved=9, paid=9, waived=-1), [NEGATIVE]),
        (money(allocated=9, approved=9, paid=9, invoiced=2, settled=3), [SETTLED]),
        (money(allocated=9, approved=9, paid=9, invoiced=3, credited=2, settled=2), [SETTLED]),
        (money(allocated=9, approved=9, paid=9, invoiced=1, credited=2), [NEGATIVE, SETTLED]),
        (money(allocated=9, approved=9, paid=9, invoiced=2, settled=-1), [SETTLED]),
        (money(allocated=9, approved=9, paid=9, invoiced=3, settled=1, written_off=2), []),
        (money(allocated=9, approved=9, paid=9, invoiced=3, settled=2, written_off=2), [SETTLED]),
        (money(allocated=9, approved=9, paid=9, invoiced=3, credited=1, settled=1, written_off=2), [SETTLED]),
        (money(allocated=9, approved=9, paid=9, invoiced=3, settled=3, surplus=1, refunded=4), []),
        (money(surplus=-1, refunded=1), [REFUNDED]),
        (money(allocated=9, approved=9, paid=9, invoiced=3, settled=3, set_off=3), []),
        (money(allocated=9, approved=9, paid=9, invoiced=3, settled=2, set_off=3), [SET_OFF]),
        (money(refunded=2, set_off=2), []),
        (money(surplus=3, refunded=2, set_off=3), [SET_OFF]),
        (money(allocated=9, approved=9, paid=9, set_off=-1), [SET_OFF]),
        (money(refunded=-1), [REFUNDED]),
        (money(allocated=9, approved=9, paid=9, invoiced=2, settled=2, written_off=-1), [REFUNDED]),
    ],
)
def test_each_line_that_does_not_hold_is_named(accounts: Money, broken: list[str]) -> None:
    assert accounts.imbalances() == broken


def test_what_is_paid_is_always_accounted_for() -> None:
    for story in (paid(), reported(), heard(), decided(waived=Ore(400_00)), invoiced()):
        accounts = story.case.money
        assert accounts.imbalances() == []
        accounted = accounts.accepted_use + accounts.waived + accounts.recovered + accounts.to_account_for
        assert accounts.paid == accounted


def test_what_is_set_off_is_what_was_decided() -> None:
    case = invoiced().case
    assert case.imbalances() == []
    wrong = replace(case, money=replace(case.money, settled=Ore(1), set_off=Ore(1)))
    assert wrong.imbalances() == ["set off is what two persons decided"]
