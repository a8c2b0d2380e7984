"""What is done on a schedule follows from what is due and not done: the next run makes up for one that was missed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from statsbidrag.domain.money import kronor
from statsbidrag.domain.tasks import Task
from statsbidrag.ports import DueTask
from statsbidrag.usecases.tasks import relay, sweep
from tests.builders import KEY, REPORT_MISSING, REPORT_OPENS, SPRING, TERMS
from tests.fakes import FakeQueues
from tests.house import House, later

HEARD = later(REPORT_MISSING, TERMS.hearing_days + 1)


@pytest.fixture
def agency() -> House:
    """Two municipalities; one requisition is approved, its two e-mails are owed."""
    agency = House({"0114": kronor(600), "0115": kronor(400)})
    agency.open_round()
    agency.requisition("0114")
    agency.validate()
    return agency


def pay(agency: House) -> None:
    agency.post()
    agency.at(later(SPRING, 1))
    agency.pay()
    agency.bank_books("B-2025-20250404-1")


@pytest.mark.parametrize("days_late", [0, 1, 4, 11])
def test_payouts_that_a_missed_run_left_behind_are_batched_by_the_next(agency: House, days_late: int) -> None:
    agency.at(later(SPRING, days_late))
    batches = agency.queue_payouts()
    assert [line.payout for batch in batches for line in agency.batch(batch).lines] == ["P-2025-0114-1"]
    assert agency.queue_payouts() == []


@pytest.mark.parametrize("days_late", [0, 1, 5])
def test_report_links_that_a_missed_run_left_behind_are_issued_by_the_next(agency: House, days_late: int) -> None:
    pay(agency)
    agency.at(REPORT_OPENS - timedelta(microseconds=1))
    assert agency.send_links() == 0
    agency.at(later(REPORT_OPENS, days_late))
    assert agency.send_links() == 1
    assert agency.send_links() == 0


@pytest.mark.parametrize("days_late", [0, 1, 9])
def test_invoices_that_a_missed_run_left_behind_are_raised_by_the_next(agency: House, days_late: int) -> None:
    pay(agency)
    agency.at(REPORT_OPENS)
    agency.send_links()
    agency.post()
    agency.report("0114", kronor(400))
    agency.assess()
    agency.at(HEARD)
    agency.decide("0114")
    agency.at(later(HEARD, days_late))
    assert agency.raise_invoices() == 1
    assert [invoice.amount for invoice in agency.case("0114").invoices] == [kronor(200)]
    assert agency.raise_invoices() == 0


@pytest.mark.parametrize("days_late", [0, 1, 40])
def test_the_sweep_queues_everything_that_is_due_however_late_and_nothing_else(agency: House, days_late: int) -> None:
    agency.at(later(SPRING, days_late))
    agency.requisition("0115")
    queues = FakeQueues()
    swept = sweep(agency.store, queues, agency.clock.now())
    assert swept == {"mail": 3, "requisitions": 1}
    assert sorted((queue, due.task.id) for queue, due in queues.sent) == [
        ("mail", "send_mail-2025-0114-requisition_approved-1"),
        ("mail", "send_mail-2025-0114-requisition_receipt-1"),
        ("mail", "send_mail-2025-0115-requisition_receipt-1"),
        ("requisitions", "validate_requisition-1"),
    ]
    assert sweep(agency.store, queues, agency.clock.now()) == swept
    assert sweep(agency.store, queues, SPRING - timedelta(microseconds=1)) == {}


def test_the_relay_queues_new_tasks_that_are_due_now_and_leaves_the_rest_to_the_sweep() -> None:
    tick = timedelta(microseconds=1)
    mail = [DueTask(KEY, Task("mail", "send_mail", str(n), SPRING + n * tick), "c") for n in (-1, 0, 1)]
    payment = DueTask(KEY, Task("payments", "send_batch", "1", SPRING), "c")
    gathered = DueTask(KEY, Task("payouts", "queue_payout", "1", SPRING), "c")
    queues = FakeQueues()
    assert relay([mail[0], payment, gathered, mail[2], mail[1]], queues, SPRING) == 3
    assert queues.sent == [("mail", mail[0]), ("mail", mail[1]), ("payments", payment)]


def test_a_relay_whose_queue_does_not_answer_fails_so_that_it_is_tried_again() -> None:
    queues = FakeQueues()
    queues.faults.next("queues.send", "lost")
    with pytest.raises(TimeoutError):
        relay([DueTask(KEY, Task("mail", "send_mail", "1", SPRING), "c")], queues, SPRING)
