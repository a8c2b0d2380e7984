"""What goes wrong with a payout is put right by persons, and never by paying twice: silence, refusals, new accounts."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from statsbidrag.documents.case_papers import payment_file
from statsbidrag.domain.batches import Batch
from statsbidrag.domain.case import CASE, case_key
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.state import Payout, UnknownOutcome
from statsbidrag.domain.errors import NotFound, NotYet, Refusal
from statsbidrag.domain.holds import Hold
from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.money import Ore, kronor
from statsbidrag.usecases import bank, corrections, holds, payouts
from statsbidrag.usecases.batch_stops import stop_for_account
from tests.builders import BATCH_ID, OTHER, ROUND_ID, SPRING, TERMS
from tests.fakes import FakeCalendar, Killed
from tests.house import AGENT, OFFICER, SYSTEM, House, debit, later, payback, status_report

FIRST, SECOND = MunicipalityCode("0114"), MunicipalityCode("0115")
SHARES: dict[str, Ore] = {FIRST: kronor(600), SECOND: kronor(400)}
LOST, OTHERS, ISSUED_ANEW = "P-2025-0114-1", "P-2025-0115-1", "P-2025-0114-2"
FILE = f"out/{BATCH_ID}.xml"
SENT = later(SPRING, 1)
SILENT = SENT + timedelta(days=TERMS.bank_answer_days)
NEXT_BATCH = f"B-2025-{SILENT:%Y%m%d}-1"
NEXT_FILE = f"out/{NEXT_BATCH}.xml"
WHY = "Banken har sökt på id."


class Bureau(House):
    """A house that writes the real payment file."""

    @staticmethod
    def write_batch(batch: Batch) -> bytes:
        return payment_file(batch)

    def act(self, command: c.CaseCommand, code: MunicipalityCode = FIRST) -> None:
        corrections.act(self.books, ROUND_ID, code, command, OFFICER)

    def payout(self, payout: str = LOST) -> Payout:
        return next(p for p in self.case(FIRST).payouts if p.id == payout)

    def tasks(self, code: str = FIRST) -> set[str]:
        """What officers have to do about a case."""
        key = f"CASE#2025#{code}"
        return {task.kind for task in self.store.collection(key).tasks if task.queue == "officer"}

    def resolve(self, outcome: UnknownOutcome) -> None:
        self.act(c.ProposeResolution(LOST, outcome, WHY, "officer:1"))
        self.confirm(outcome, "officer:2")

    def confirm(self, outcome: UnknownOutcome, officer: str) -> None:
        corrections.confirm_resolution(self.books, ROUND_ID, FIRST, LOST, outcome, officer, OFFICER)

    def propose(self) -> None:
        corrections.propose_account(self.books, ROUND_ID, FIRST, OTHER, "agent:0114", AGENT)

    def change_account(self) -> None:
        self.propose()
        self.act(c.ApproveAccount(len(self.case(FIRST).account_changes), OTHER, "officer:1"))

    def paid(self, name: str) -> list[str]:
        """The end-to-end ids of a file in the outbox."""
        return re.findall(r"<EndToEndId>([^<]+)<", self.outbox.objects[name].decode())


def batched() -> Bureau:
    """Both payouts stand in an attested batch."""
    bureau = Bureau(SHARES)
    bureau.open_round()
    for code in SHARES:
        bureau.requisition(code)
    bureau.validate()
    bureau.post()
    bureau.at(SENT)
    bureau.queue_payouts()
    bureau.attest()
    return bureau


def sent() -> Bureau:
    bureau = batched()
    bureau.send_payments()
    return bureau


def unknown() -> Bureau:
    """The bank booked the second's payout and was silent about the first's."""
    bureau = sent()
    bureau.answer(status_report(BATCH_ID))
    bureau.entry(debit(OTHERS, SHARES[SECOND], bureau.clock.time))
    bureau.at(SILENT)
    bureau.send_payments()
    return bureau


def set_back() -> Bureau:
    bureau = unknown()
    bureau.resolve("not_carried_out")
    return bureau


def refused_by_bank(code: str = "AC04") -> Bureau:
    """The bank refused the first's payout and booked the second's."""
    bureau = sent()
    bureau.answer(status_report(BATCH_ID, {LOST: code}))
    bureau.entry(debit(OTHERS, SHARES[SECOND], bureau.clock.time))
    bureau.post()
    return bureau


# Silence


def test_silence_is_unknown_after_the_days_of_the_terms_and_not_before() -> None:
    bureau = sent()
    bureau.at(SILENT - timedelta(microseconds=1))
    assert bureau.send_payments() == 0
    bureau.at(SILENT)
    assert bureau.send_payments() == 2
    assert bureau.payout().status == "unknown"
    assert bureau.tasks() == {"ask_bank_about_payout"}
    assert bureau.findings() == []


def test_a_payout_that_was_heard_of_in_time_does_not_become_unknown() -> None:
    bureau = sent()
    bureau.bank_books(BATCH_ID)
    bureau.at(SILENT)
    assert bureau.send_payments() == 0
    assert bureau.payout().status == "settled"


def test_a_message_about_silence_that_comes_too_early_changes_nothing() -> None:
    bureau = sent()
    dues = list(bureau.store.due("payments", SILENT))
    before = bureau.store.commits
    for due in dues:
        payouts.note_silence(bureau.books, due, SYSTEM)
    assert (len(dues), bureau.store.commits) == (2, before)


def test_an_unknown_payout_is_neither_batched_nor_paid_again_by_itself() -> None:
    bureau = unknown()
    bureau.pay()
    assert list(bureau.outbox.objects) == [FILE]
    assert bureau.payout().status == "unknown"


def test_the_bank_may_book_or_refuse_an_unknown_payout_after_all() -> None:
    booked, refused = unknown(), unknown()
    booked.entry(debit(LOST, SHARES[FIRST], booked.clock.time))
    refused.answer(status_report(BATCH_ID, {LOST: "AM04"}))
    assert (booked.payout().status, refused.payout().status) == ("settled", "rejected")
    assert (booked.findings(), refused.findings()) == ([], [])


def test_one_person_alone_cannot_end_the_unknown() -> None:
    bureau = unknown()
    bureau.act(c.ProposeResolution(LOST, "not_carried_out", WHY, "officer:1"))
    assert bureau.tasks() == {"confirm_resolution"}
    with pytest.raises(Refusal, match="same_officer") as refused:
        bureau.confirm("not_carried_out", "officer:1")
    assert refused.value.status == 403
    with pytest.raises(Refusal, match="resolution_differs"):
        bureau.confirm("carried_out", "officer:2")
    assert bureau.payout().status == "unknown"


@pytest.mark.parametrize("outcome", ["carried_out", "not_carried_out"])
def test_a_confirmation_that_is_made_again_changes_nothing(outcome: UnknownOutcome) -> None:
    bureau = unknown()
    bureau.resolve(outcome)
    before = bureau.case(FIRST)
    bureau.confirm(outcome, "officer:2")
    assert bureau.case(FIRST) == before
    with pytest.raises(Refusal, match="payout_not_unknown"):
        bureau.confirm(outcome, "officer:3")


def test_a_file_of_which_nothing_was_carried_out_was_never_the_banks() -> None:
    bureau = sent()
    bureau.at(SILENT)
    bureau.send_payments()
    bureau.resolve("not_carried_out")
    assert bureau.batch(BATCH_ID).status == "sent"
    bureau.act(c.ProposeResolution(OTHERS, "not_carried_out", WHY, "officer:1"), SECOND)
    corrections.confirm_resolution(bureau.books, ROUND_ID, SECOND, OTHERS, "not_carried_out", "officer:2", OFFICER)
    assert bureau.batch(BATCH_ID).status == "rejected"
    bureau.pay()
    assert sorted(bureau.paid(NEXT_FILE)) == [LOST, OTHERS]
    assert bureau.findings() == []


def test_two_persons_set_it_back_and_it_leaves_once_more_under_the_same_id() -> None:
    bureau = set_back()
    assert [p.id for p in bureau.case(FIRST).payouts] == [LOST]
    assert (bureau.payout().status, bureau.payout().resets, bureau.payout().batch) == ("ordered", 1, "")
    bureau.pay()
    assert bureau.paid(FILE) == [LOST, OTHERS]
    assert bureau.paid(NEXT_FILE) == [LOST]
    assert bureau.findings() == []


def test_both_files_are_written_again_byte_for_byte() -> None:
    bureau = set_back()
    bureau.pay()
    for name, batch in ((FILE, BATCH_ID), (NEXT_FILE, NEXT_BATCH)):
        assert payment_file(bureau.batch(batch)) == bureau.outbox.objects[name]


def test_two_persons_say_that_it_was_carried_out_and_its_booking_is_awaited_anew() -> None:
    bureau = unknown()
    bureau.resolve("carried_out")
    assert (bureau.payout().status, bureau.payout().batch, bureau.payout().resets) == ("sent", BATCH_ID, 0)
    bureau.pay()
    assert list(bureau.outbox.objects) == [FILE]
    bureau.entry(debit(LOST, SHARES[FIRST], bureau.clock.time))
    assert bureau.case(FIRST).money.paid == SHARES[FIRST]


def test_carried_out_and_still_never_booked_is_unknown_once_more() -> None:
    bureau = unknown()
    bureau.resolve("carried_out")
    bureau.at(later(SILENT, TERMS.bank_answer_days))
    bureau.send_payments()
    assert bureau.payout().status == "unknown"
    bureau.resolve("not_carried_out")
    assert bureau.payout().resets == 1


def test_a_booking_that_comes_after_all_keeps_it_from_being_paid_again() -> None:
    bureau = set_back()
    bureau.entry(debit(LOST, SHARES[FIRST], bureau.clock.time))
    bureau.pay()
    assert list(bureau.outbox.objects) == [FILE]
    assert (bureau.payout().status, bureau.case(FIRST).money.paid) == ("settled", SHARES[FIRST])
    assert bureau.findings() == []


def test_a_booking_that_comes_after_all_voids_the_batch_that_would_have_paid_it_again() -> None:
    bureau = set_back()
    bureau.queue_payouts()
    bureau.attest()
    bureau.entry(debit(LOST, SHARES[FIRST], bureau.clock.time))
    bureau.send_payments()
    bureau.send_payments()
    assert list(bureau.outbox.objects) == [FILE]
    assert bureau.batch(NEXT_BATCH).status == "void"
    assert bureau.payout().status == "settled"
    assert bureau.findings() == []


def test_a_payout_that_was_paid_twice_after_all_is_paid_once_in_the_case_and_put_before_an_officer() -> None:
    bureau = set_back()
    bureau.pay()
    for name in ("D-1", "D-2"):
        bureau.entry(debit(LOST, SHARES[FIRST], bureau.clock.time, name))
    assert bureau.case(FIRST).money.paid == SHARES[FIRST]
    assert list(bureau.store.listed("ENTRIES")) == ["D-2"]
    assert bureau.findings() == []


@pytest.mark.parametrize("whole", ["", "rejected"])
def test_a_late_refusal_of_the_first_file_says_nothing_of_the_payment_in_the_second(whole: str) -> None:
    """What was sent again may be carried out yet: called rejected, it could be issued anew and paid twice."""
    bureau = sent()
    bureau.at(SILENT)
    bureau.send_payments()
    bureau.resolve("not_carried_out")
    bureau.pay()
    refused = None if whole else {LOST: "AM04"}
    bureau.answer(status_report(BATCH_ID, refused, whole=whole, code="AM04"))
    assert bureau.payout().status == "sent"
    bureau.entry(debit(LOST, SHARES[FIRST], bureau.clock.time))
    assert bureau.case(FIRST).money.paid == SHARES[FIRST]


# What the bank refuses or returns


def test_a_refused_account_is_changed_and_the_payout_issued_anew_and_the_money_counts_once() -> None:
    bureau = refused_by_bank()
    assert bureau.tasks() == {"correct_payout_account"}
    with pytest.raises(Refusal, match="account_refused_by_bank"):
        bureau.act(c.ReissuePayout(LOST, "officer:1"))
    bureau.change_account()
    assert bureau.tasks() == {"reissue_payout"}
    bureau.act(c.ReissuePayout(LOST, "officer:1"))
    assert bureau.tasks() == set()
    bureau.pay()
    [line] = bureau.batch("B-2025-20250404-2").lines
    assert (line.payout, line.account, line.amount) == (ISSUED_ANEW, OTHER, SHARES[FIRST])
    bureau.bank_books("B-2025-20250404-2")
    money = bureau.case(FIRST).money
    assert (money.approved, money.paid, money.imbalances()) == (SHARES[FIRST], SHARES[FIRST], [])
    assert (bureau.payout().status, bureau.payout().replaced_by) == ("rejected", ISSUED_ANEW)
    assert (bureau.payout(ISSUED_ANEW).status, bureau.payout(ISSUED_ANEW).replaces) == ("settled", LOST)
    assert bureau.findings() == []


def test_a_payout_is_issued_anew_once_however_often_it_is_asked_for() -> None:
    bureau = refused_by_bank("AM04")
    for officer in ("officer:1", "officer:1", "officer:2"):
        bureau.act(c.ReissuePayout(LOST, officer))
    assert [p.id for p in bureau.case(FIRST).payouts] == [LOST, ISSUED_ANEW]


def test_what_was_refused_for_no_fault_of_the_account_is_issued_anew_to_the_same() -> None:
    bureau = refused_by_bank("AM04")
    assert bureau.tasks() == {"reissue_payout"}
    bureau.act(c.ReissuePayout(LOST, "officer:1"))
    bureau.pay()
    assert bureau.paid("out/B-2025-20250404-2.xml") == [ISSUED_ANEW]


def test_a_returned_payout_is_issued_anew_and_counts_once() -> None:
    bureau = sent()
    bureau.bank_books(BATCH_ID)
    bureau.entry(payback(LOST, SHARES[FIRST], bureau.clock.time))
    assert bureau.case(FIRST).money.paid == 0
    bureau.change_account()
    bureau.act(c.ReissuePayout(LOST, "officer:1"))
    bureau.pay()
    bureau.bank_books("B-2025-20250404-2")
    assert bureau.case(FIRST).money.paid == SHARES[FIRST]
    assert bureau.findings() == []


def test_the_municipality_is_told_why_its_payout_failed() -> None:
    bureau = refused_by_bank()
    assert "2025-0114-payout_rejected-P-2025-0114-1" in bureau.mailer.ids


def test_an_answer_that_comes_before_the_batch_is_noted_as_sent_must_come_again() -> None:
    bureau = batched()
    [due] = bureau.store.due("payments", bureau.clock.now())
    bureau.faults.next("outbox.put", "killed_after")
    with pytest.raises(Killed):
        payouts.send_batch(bureau.books, bureau.outbox, FakeCalendar(), payment_file, due, SYSTEM)
    refused = status_report(BATCH_ID, {LOST: "AC04"})
    with pytest.raises(NotYet, match="batch_not_recorded_as_sent"):
        bank.take_answer(bureau.books, refused, SYSTEM)
    assert bureau.payout().status == "batched"
    bureau.send_payments()
    bank.take_answer(bureau.books, refused, SYSTEM)
    assert bureau.payout().status == "rejected"
    assert bureau.findings() == []


# Accounts


def test_another_account_voids_the_batch_of_what_is_on_its_way_to_the_old_one() -> None:
    bureau = batched()
    bureau.propose()
    assert bureau.batch(BATCH_ID).status == "void"
    bureau.send_payments()
    bureau.pay()
    assert bureau.paid("out/B-2025-20250404-2.xml") == [OTHERS]
    assert bureau.tasks() == {"approve_account", "review_hold"}
    assert bureau.findings() == []


def test_an_account_that_the_register_names_voids_the_batch_as_well() -> None:
    bureau = batched()
    case = bureau.case(FIRST)
    assert case.recipient is not None
    assert case.terms is not None
    named = replace(case.recipient, account=OTHER)
    news = c.OpenCase(named, case.terms, case.allocation_list, case.money.allocated)
    told = bureau.books.handle(CASE, case_key(ROUND_ID, FIRST), news, SYSTEM).state
    for _ in range(2):
        stop_for_account(bureau.books, told, SYSTEM)
    assert bureau.batch(BATCH_ID).status == "void"
    assert bureau.tasks() >= {"approve_account"}


def test_an_account_that_is_named_after_the_clearing_comes_too_late_for_the_batch() -> None:
    bureau = batched()
    bureau.send_payments()
    case = bureau.case(FIRST)
    held = replace(
        case,
        holds=(Hold(1, WHY, "register", SPRING, LOST, 1),),
        payouts=tuple(replace(payout, status="batched") for payout in case.payouts),
    )
    stop_for_account(bureau.books, held, SYSTEM)
    assert bureau.batch(BATCH_ID).status == "sent"


def test_a_declined_account_lets_the_payout_go_to_the_one_in_force() -> None:
    bureau = batched()
    bureau.propose()
    bureau.send_payments()
    bureau.act(c.DeclineAccount(1, "Kommunen känner inte till det.", "officer:1"))
    bureau.pay()
    assert bureau.payout().status == "sent"
    assert bureau.payout().account != OTHER
    assert bureau.tasks() == set()


def test_an_approved_account_gets_the_money_by_a_payout_that_is_issued_anew() -> None:
    bureau = batched()
    bureau.change_account()
    with pytest.raises(Refusal, match="payout_in_a_batch"):
        bureau.act(c.VoidPayout(LOST, WHY, "officer:1"))
    bureau.send_payments()
    with pytest.raises(Refusal, match="account_change_holds"):
        bureau.act(c.ReleasePayouts(1, WHY, "officer:1"))
    bureau.act(c.VoidPayout(LOST, WHY, "officer:1"))
    bureau.act(c.ReissuePayout(LOST, "officer:1"))
    assert bureau.tasks() == set()
    bureau.pay()
    bureau.bank_books("B-2025-20250404-2")
    assert (bureau.payout(ISSUED_ANEW).account, bureau.payout(ISSUED_ANEW).status) == (OTHER, "settled")
    assert bureau.case(FIRST).money.paid == SHARES[FIRST]
    assert bureau.findings() == []


def test_the_account_is_approved_by_another_than_its_proposer_and_as_it_was_seen() -> None:
    bureau = batched()
    corrections.propose_account(bureau.books, ROUND_ID, FIRST, OTHER, "officer:1", OFFICER)
    with pytest.raises(Refusal, match="same_officer"):
        bureau.act(c.ApproveAccount(1, OTHER, "officer:1"))
    with pytest.raises(Refusal, match="account_differs"):
        bureau.act(c.ApproveAccount(1, replace(OTHER, number="50501055"), "officer:2"))
    with pytest.raises(NotFound, match="unknown_account_change"):
        bureau.act(c.ApproveAccount(2, OTHER, "officer:2"))
    assert bureau.case(FIRST).account_changes[0].status == "waiting"


def test_the_same_proposal_again_stops_what_it_did_not_come_to_the_first_time() -> None:
    bureau = batched()
    bureau.faults.next("store.commit", "killed_after")
    with pytest.raises(Killed):
        bureau.propose()
    assert bureau.batch(BATCH_ID).status == "attested"
    bureau.propose()
    assert bureau.batch(BATCH_ID).status == "void"
    assert len(bureau.case(FIRST).account_changes) == 1


def test_a_change_that_comes_after_the_clearing_lets_the_payout_go_and_leaves_nobody_a_hold() -> None:
    """The payout can neither be stopped nor made void any more, so its hold must come to an end."""
    bureau = batched()
    [due] = bureau.store.due("payments", bureau.clock.now())
    bureau.faults.next("outbox.put", "killed_before")
    with pytest.raises(Killed):
        payouts.send_batch(bureau.books, bureau.outbox, FakeCalendar(), payment_file, due, SYSTEM)
    bureau.change_account()
    bureau.send_payments()
    bureau.bank_books(BATCH_ID)
    assert (bureau.payout().status, bureau.paid(FILE)) == ("settled", [LOST, OTHERS])
    for hold in bureau.case(FIRST).holds:
        holds.release_municipality(bureau.books, ROUND_ID, FIRST, hold.id, WHY, "officer:1", OFFICER)
    assert bureau.tasks() == set()
    assert bureau.findings() == []


# What is void


def test_a_void_payout_is_not_paid_and_may_be_issued_anew() -> None:
    bureau = batched()
    payouts.void_batch(bureau.books, BATCH_ID, WHY, "officer:3", OFFICER)
    bureau.send_payments()
    bureau.act(c.VoidPayout(LOST, WHY, "officer:1"))
    bureau.pay()
    assert bureau.paid("out/B-2025-20250404-2.xml") == [OTHERS]
    bureau.act(c.ReissuePayout(LOST, "officer:1"))
    bureau.pay()
    assert bureau.paid("out/B-2025-20250404-3.xml") == [ISSUED_ANEW]
    assert bureau.findings() == []


@pytest.mark.parametrize("start", [sent, unknown, refused_by_bank])
def test_what_the_bank_has_or_has_answered_about_cannot_be_made_void(start: Callable[[], Bureau]) -> None:
    bureau = start()
    with pytest.raises(Refusal, match="payout_not_ordered"):
        bureau.act(c.VoidPayout(LOST, WHY, "officer:1"))


@pytest.mark.parametrize("code", [FIRST, MunicipalityCode("9999")])
def test_a_payout_or_a_case_that_is_not_there_is_not_found(code: MunicipalityCode) -> None:
    with pytest.raises(NotFound):
        sent().act(c.VoidPayout("P-2025-0114-9", WHY, "officer:1"), code)


def test_only_an_open_case_is_shown() -> None:
    bureau = batched()
    assert corrections.show(bureau.books, ROUND_ID, FIRST) == bureau.case(FIRST)
    with pytest.raises(NotFound, match="unknown_municipality"):
        corrections.show(bureau.books, ROUND_ID, MunicipalityCode("9999"))
