"""What the events of a case alone say of accounts, holds and chains of payouts, to hold the case against.

Two persons stand behind every account in force and every unknown payout that was resolved. What is held is never put in
a batch, nor what names another account than the one in force or one that waits. A payout is replaced once and only when
it failed, so that only the last of a chain can still move money, and never by one to an account that the bank refused.
A report comes by a link that opens the form, no registry is flooded, and nobody is claimed for lateness without proof.
What came in on invoices is settled, too much or refunded; nobody alone gives up a claim or lowers it. No decision is
taken that does not know every answer of the municipality, nothing is claimed that an appeal holds, and each decision
that is taken again has a letter.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from statsbidrag.domain.case import CASE, Case, decide
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case import events as e
from statsbidrag.domain.case.state import CARRIES_LINK, Payout, Reconsideration
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import Account
from tests.builders import KNOWN, SPRING
from tests.property.interest import InterestLedger

FAILED = ("rejected", "returned", "void")
"""What a payout is that may be replaced."""
HERE = ("ordered", "batched")
"""What a payout is that has not left."""
CODES = ("AC04", "AC04", "RC03", "AM04", "")
"""Why a payout is refused or comes back: the account, the agency's own bank, its money, or no reason at all."""
ACCOUNT_FAULTS = ("AC04",)
RESENT = re.compile(r"-again[0-9]+$|-agent$")
A_DAY = timedelta(hours=24)
MOST_A_DAY = 3
LONG_AGO = datetime.min.replace(tzinfo=UTC)


class Ledger:
    """Accounts, holds and replaced payouts, by number or id, as the events say.

    Attributes
    ----------
    read
        How many events.
    moved
        How often another account was put in force.
    named
        Changes of account that wait: the account, who named it, and the requisition that waits with it or 0.
    late
        Requisitions that came after the last day: whether an officer has taken it up, and `None` before that.
    asked, to
        The account of each requisition and of each payout.
    holds
        Live holds: the payout, or nothing for the whole case, and the change that caused it or 0.
    said
        What one person said of an unknown payout, and who.
    final
        Payouts that are void for good.
    approved_at, refused_at
        When an account was approved and refused last.
    judged
        Öre that a report or a claim has accounted for; `None` before either.
    came_in
        Öre repaid, whatever they were for.
    link_days, closed
        When each link was issued, and how many of the first are revoked.
    proofs
        Delivered e-mails with a link, and an officer's word.
    lowering, giving_up
        What one person would lower a recovery to or give up of an invoice, and who, by number.
    heard, unweighed, objected
        Recoveries that were proposed, those with an answer or a report that no preparation knows, and those that an
        answer objects to.
    held
        Recoveries that an appeal holds.
    claimed
        The recovery of each invoice.
    letters
        Letters that a decision taken again is still to have.
    offered
        What one person would set off, by payout: the invoice, how much, how much is open on it, and who.
    set_off
        Öre set off, by payout.
    asked_for, ended
        Spot checks by number: the files that came in for one that is open, and the öre not accepted in one that ended.
    """

    def __init__(self) -> None:
        self.read = self.moved = 0
        self.account = KNOWN
        self.named: dict[int, tuple[Account, str, int]] = {}
        self.asked: dict[int, Account] = {}
        self.to: dict[str, Account] = {}
        self.late: dict[int, bool | None] = {}
        self.holds: dict[int, tuple[str, int]] = {}
        self.said: dict[str, tuple[str, str]] = {}
        self.replaced: dict[str, str] = {}
        self.final: set[str] = set()
        self.approved_at: dict[Account, datetime] = {}
        self.refused_at: dict[Account, datetime] = {}
        self.judged: int | None = None
        self.came_in = 0
        self.link_days: list[datetime] = []
        self.closed = 0
        self.proofs: set[str] = set()
        self.reminders: set[int] = set()
        self.lowering: dict[int, tuple[int, str]] = {}
        self.giving_up: dict[str, tuple[int, str]] = {}
        self.lowered: dict[int, int] = {}
        self.asked_for: dict[int, set[str]] = {}
        self.ended: dict[int, int] = {}
        self.reminded: set[str] = set()
        self.unweighed: set[int] = set()
        self.objected: set[int] = set()
        self.heard: set[int] = set()
        self.held: set[int] = set()
        self.changed: set[int] = set()
        self.claimed: dict[str, int] = {}
        self.letters: set[str] = set()
        self.offered: dict[str, tuple[str, int, int, str]] = {}
        self.set_off: dict[str, int] = {}
        self.interest = InterestLedger()

    def note(self, event: e.CaseEvent) -> None:
        """Take in an event; it must be one that may happen now."""
        self.read += 1
        self._note_account(event)
        self._note_way(event)
        self._note_end(event)
        self._note_settlement(event)
        self._note_link(event)
        self._note_hearing(event)
        self._note_appeal(event)
        self._note_set_off(event)
        self.interest.note(event)
        self._note_check(event)

    def _note_link(self, event: e.CaseEvent) -> None:
        match event:
            case e.ReportLinkIssued():
                assert event.link == len(self.link_days) + 1
                lately = [at for at in self.link_days if event.issued_at < at + A_DAY]
                assert event.asked_by or len(lately) < MOST_A_DAY
                self.link_days.append(event.issued_at)
            case e.ReportLinksRevoked():
                assert event.link == len(self.link_days) > self.closed
                self.closed = event.link
            case e.ReportReminderIssued():
                assert len(self.link_days) > self.closed
                assert event.day > max(self.reminders, default=event.day - 1)
                self.reminders.add(event.day)
            case e.ReportExtended():
                self.reminders.clear()
            case e.ReportReceived():
                assert len(self.link_days) > self.closed
            case e.MailDelivered() if any(f"-{kind}-" in event.mail for kind in CARRIES_LINK):
                self.proofs.add(event.mail)
            case e.MailBounced():
                self.proofs.discard(event.mail)
            case e.LinkDeliveryProven():
                self.proofs.add(event.delivered_on.isoformat())
            case e.RecoveryProposed() if {"late_report", "report_missing"} & set(event.grounds):
                assert self.proofs

    def _note_check(self, event: e.CaseEvent) -> None:
        """A check is asked for once, takes each file once, and ends once; nothing comes in after its end."""
        match event:
            case e.RecordsRequested():
                assert event.spot_check not in {*self.asked_for, *self.ended}
                self.asked_for[event.spot_check] = set()
            case e.RecordsLinkRevoked():
                assert event.spot_check in self.asked_for
            case e.RecordsLinkIssued():
                assert event.spot_check in self.asked_for
                assert event.link > 1
            case e.RecordsReceived():
                new = {file.content_hash for file in event.files}
                assert new
                assert len(new) == len(event.files)
                assert not new & self.asked_for[event.spot_check]
                self.asked_for[event.spot_check] |= new
            case e.SpotCheckConcluded():
                del self.asked_for[event.spot_check]
                self.ended[event.spot_check] = event.amount
                assert (event.amount > 0) == (event.outcome != "accepted")
                assert self.judged is not None
            case e.ReportReopened():
                assert not any(self.ended.values())

    def _note_account(self, event: e.CaseEvent) -> None:
        match event:
            case e.AccountChangeProposed():
                assert event.account != self.account
                assert event.requisition or event.account not in self.waiting
                self.named[event.change] = (event.account, event.proposed_by, event.requisition)
            case e.AccountChangeApproved():
                self._approved(event)
            case e.AccountChangeDeclined():
                assert event.declined_by != self.named.pop(event.change)[1]
            case e.RequisitionReceived():
                self.asked[event.requisition] = event.account
                self.late |= {event.requisition: None} if event.late else {}
            case e.LateRequisitionAccepted() | e.LateRequisitionDismissed():
                assert self.late[event.requisition] is None
                self.late[event.requisition] = isinstance(event, e.LateRequisitionAccepted)
            case e.RequisitionRejected():
                assert self.late.get(event.requisition, True)
            case e.RequisitionApproved():
                self.to[event.payout] = self.asked[event.requisition]
                assert self.to[event.payout] == self.account
                assert self.late.get(event.requisition, True)

    def _note_way(self, event: e.CaseEvent) -> None:
        match event:
            case e.PayoutsHeld():
                assert event.hold not in self.holds
                self.holds[event.hold] = (event.payout, event.change)
            case e.PayoutsReleased():
                del self.holds[event.hold]
            case e.PayoutQueued():
                assert not {"", event.payout} & self.stopped
                assert event.payout not in self.replaced
                assert not self.is_astray(event.payout)
            case e.PayoutBecameUnknown():
                self.said.pop(event.payout, None)
            case e.PayoutResolutionProposed():
                self.said[event.payout] = (event.outcome, event.proposed_by)
            case e.PayoutResolved():
                outcome, by = self.said.pop(event.payout)
                assert (event.outcome, event.resolved_by != by) == (outcome, True)

    def _note_end(self, event: e.CaseEvent) -> None:
        match event:
            case e.PayoutSettled():
                assert event.payout not in self.replaced
            case e.PayoutRejected():
                self._failed(event.payout, event.code, event.rejected_at)
            case e.PayoutReturned():
                self._failed(event.payout, event.reason, event.returned_at)
            case e.PayoutVoided(is_final=True):
                self.final.add(event.payout)
            case e.PayoutReissued():
                assert event.replaces not in {*self.replaced, *self.final}
                assert event.account == self.account
                assert not self.is_refused
                self.replaced[event.replaces] = event.payout
                self.to[event.payout] = event.account
            case e.ReportAssessed():
                self.judged = (self.judged or 0) + event.accepted
            case e.SpotCheckConcluded():
                assert self.judged is not None
                self.judged -= event.amount
            case e.RecoveryProposed():
                self.judged = (self.judged or 0) + event.claim
            case e.RecoveryWithdrawn() | e.ReportReopened():
                self.judged = None

    def _note_settlement(self, event: e.CaseEvent) -> None:
        match event:
            case e.RepaymentReceived():
                self.came_in += event.amount + event.surplus
            case e.InvoiceReminded():
                assert event.invoice not in self.reminded
                assert self.claimed[event.invoice] not in self.held
                self.reminded.add(event.invoice)
            case e.ReconsiderationPrepared():
                self.lowering[event.recovery] = (event.amount, event.prepared_by)
            case e.RecoveryReconsidered():
                assert self.lowering.pop(event.recovery)[1] != event.decided_by
                self.lowered[event.recovery] = self.lowered.get(event.recovery, 0) + event.reduction
                assert event.reduction >= 0
            case e.WriteOffProposed():
                self.giving_up[event.invoice] = (event.amount, event.proposed_by)
            case e.InvoiceWrittenOff():
                amount, by = self.giving_up.pop(event.invoice)
                assert (event.amount, event.decided_by != by) == (amount, True)
            case e.RefundOrdered():
                assert event.account == self.account
                assert event.amount > 0
                self.to[event.payout] = event.account

    def _note_hearing(self, event: e.CaseEvent) -> None:
        match event:
            case e.HearingAnswered():
                self.unweighed.add(event.recovery)
                if event.stance == "objects":
                    self.objected.add(event.recovery)
            case e.RecoveryProposed():
                self.heard.add(event.recovery)
            case e.ReportReceived():
                self.unweighed |= self.heard
            case e.DecisionPrepared():
                self.unweighed.discard(event.recovery)
                assert event.answer_considered or event.recovery not in self.objected
            case e.RecoveryDecided():
                assert event.recovery not in self.unweighed
            case e.RecoveryReconsidered():
                self.letters.add(f"{event.recovery}-{event.reconsideration}")
            case e.ReconsiderationFiled():
                self.letters.remove(f"{event.recovery}-{event.reconsideration}")

    def _note_appeal(self, event: e.CaseEvent) -> None:
        match event:
            case e.InvoiceRaised():
                assert event.recovery not in self.held
                self.claimed[event.invoice] = event.recovery
            case e.InterestClaimed():
                assert self.claimed[event.invoice] not in self.held
                self.claimed[event.interest_invoice] = self.claimed[event.invoice]
            case e.InvoiceReissued():
                self.claimed[event.replacement] = self.claimed[event.invoice]
            case e.AppealNoted():
                assert event.recovery not in self.held
                if event.in_time:
                    self.held.add(event.recovery)
            case e.AppealEnded(outcome="changed"):
                self.changed.add(event.recovery)
            case e.AppealEnded():
                self.held.remove(event.recovery)
            case e.RecoveryReconsidered() if event.recovery in self.changed:
                self.changed.remove(event.recovery)
                self.held.discard(event.recovery)

    def _note_set_off(self, event: e.CaseEvent) -> None:
        match event:
            case e.SetOffProposed():
                others = (payout for payout, told in self.offered.items() if told[0] == event.invoice)
                for payout in (event.payout, *others):
                    self.offered = {name: told for name, told in self.offered.items() if name != payout}
                assert 0 < event.amount <= event.open_before
                self.offered[event.payout] = (event.invoice, event.amount, event.open_before, event.proposed_by)
            case e.SetOffDeclined():
                assert self.offered.pop(event.payout)[0] == event.invoice
            case e.PayoutSetOff():
                invoice, amount, _, by = self.offered.pop(event.payout)
                assert (event.invoice, event.amount, event.decided_by != by) == (invoice, amount, True)
                assert not {"", event.payout} & self.stopped
                assert not self.is_astray(event.payout)
                assert event.payout not in {*self.replaced, *self.final}
                assert (event.remaining > 0) == bool(event.replacement)
                self.set_off[event.payout] = amount
                if event.replacement:
                    self.replaced[event.payout] = event.replacement
                    self.to[event.replacement] = self.to[event.payout]
                else:
                    self.final.add(event.payout)

    def _approved(self, event: e.AccountChangeApproved) -> None:
        account, by, _ = self.named.pop(event.change)
        assert event.approved_by != by
        self.moved += account != self.account
        self.account = account
        self.approved_at[account] = max(event.approved_at, self.approved_at.get(account, LONG_AGO))

    def _failed(self, payout: str, code: str, at: datetime) -> None:
        if code in ACCOUNT_FAULTS:
            self.refused_at[self.to[payout]] = max(at, self.refused_at.get(self.to[payout], LONG_AGO))

    @property
    def waiting(self) -> set[Account]:
        return {account for account, _, _ in self.named.values()}

    @property
    def stopped(self) -> set[str]:
        return {payout for payout, _ in self.holds.values()}

    @property
    def is_refused(self) -> bool:
        """Whether the bank said no to the account in force, and nobody approved it since."""
        refused = self.refused_at.get(self.account)
        return refused is not None and refused >= self.approved_at.get(self.account, LONG_AGO)

    def is_astray(self, payout: str) -> bool:
        """Whether a payout names another account than the one in force, or than one that waits."""
        return {self.account, *self.waiting} != {self.to[payout]}

    def check(self, case: Case) -> None:
        """Hold the case against the ledger."""
        self._check_accounts(case)
        self._check_payouts(case)
        self._check_tasks(case)
        self._check_settlement(case)
        self._check_mails(case)
        self.interest.check(case)
        self._check_checks(case)
        payouts = {p.id: p for p in case.payouts}
        for number, (about, change) in self.holds.items():
            assert is_released(case, number) != self._holds_on(payouts.get(about), change)

    def _check_accounts(self, case: Case) -> None:
        if case.recipient is not None:
            assert case.recipient.account == self.account
        assert self.account not in self.waiting
        assert {r.id for r in case.requisitions if r.status == "with_officer"} == {
            requisition for requisition, taken_up in self.late.items() if taken_up is None
        }
        told = [mail for mail in case.mails.values() if mail.kind == "requisition_dismissed"]
        assert {int(mail.about) for mail in told} == {n for n, taken_up in self.late.items() if taken_up is False}
        asking = {requisition for _, _, requisition in self.named.values()} - {0}
        assert {r.id for r in case.requisitions if r.status == "awaiting_account"} == asking
        told = [mail for mail in case.mails.values() if mail.kind == "account_changed" and not RESENT.search(mail.id)]
        assert len(told) == self.moved
        live = {hold.id: (hold.about, hold.change) for hold in case.holds if hold.released_at is None}
        assert live == self.holds

    def _check_payouts(self, case: Case) -> None:
        assert {p.id: p.account for p in case.payouts} == self.to
        assert {p.id: p.replaced_by for p in case.payouts if p.replaced_by} == self.replaced
        assert {p.replaces: p.id for p in case.payouts if p.replaces} == self.replaced
        payouts = {p.id: p for p in case.payouts}
        assert len(payouts) == len(case.payouts)
        for failed, new in self.replaced.items():
            assert payouts[failed].status in FAILED
            assert payouts[failed].amount == payouts[new].amount + self.set_off.get(failed, 0)
        held_for_accounts = {about for about, change in self.holds.values() if change}
        assert {p.id for p in case.payouts if p.status in HERE and self.is_astray(p.id)} <= held_for_accounts

    def _check_tasks(self, case: Case) -> None:
        ordered = {p.id for p in case.payouts if p.status == "ordered"}
        waiting = {payout: told[0] for payout, told in self.offered.items() if payout in ordered}
        assert tasks(case, "decide_set_off") == set(waiting.values())
        to_queue = {name for name in ordered if not {"", name} & self.stopped} - waiting.keys()
        to_mend = {p.id for p in case.payouts if p.status in FAILED} - set(self.replaced) - self.final
        assert tasks(case, "queue_payout") == to_queue
        assert tasks(case, "correct_payout_account") == (to_mend if self.is_refused else set())
        assert tasks(case, "reissue_payout") == (set() if self.is_refused else to_mend)
        assert bool(tasks(case, "account_for_payout")) == (self.judged is not None and case.money.paid > self.judged)

    def _check_mails(self, case: Case) -> None:
        """No link that opens nothing is sent; what bounced is before an officer until it is dealt with."""
        owed = {mail.kind for mail in case.mails.values() if mail.status == "owed"}
        assert len(self.link_days) > self.closed or not owed & {"report_link", "report_reminder"}
        assert [link.number for link in case.links if link.revoked_at] == list(range(1, self.closed + 1))
        assert tasks(case, "correct_registry_address") == {m.id for m in case.mails.values() if m.status == "bounced"}
        assert all(name == mail.id for name, mail in case.mails.items())

    def _check_settlement(self, case: Case) -> None:
        """What came in is somewhere, once; every invoice is part of the case's accounts."""
        money, refunds = case.money, [p for p in case.payouts if p.purpose == "refund"]
        came_in = money.settled + money.interest_settled + money.surplus + money.refunded
        assert came_in == self.came_in + sum(self.set_off.values())
        refunds_set_off = sum(self.set_off.get(p.id, 0) for p in refunds)
        assert money.refunded == sum(p.amount for p in refunds if p.status == "settled") + refunds_set_off
        assert money.set_off == sum(self.set_off.values())
        under_way = sum(p.amount for p in refunds if p.status not in (*FAILED, "settled"))
        assert under_way <= money.surplus
        for name in ("settled", "credited", "written_off"):
            assert getattr(money, name) == sum(getattr(invoice, name) for invoice in case.invoices)
        assert money.credited + money.interest_credited == sum(note.amount for note in case.credit_notes)
        assert all(min(i.open_amount, i.settled, i.credited, i.written_off) >= 0 for i in case.all_invoices)
        numbers = [*(invoice.number for invoice in case.all_invoices), *(note.number for note in case.credit_notes)]
        assert len(set(numbers)) == len(numbers)
        for recovery in case.recoveries:
            assert recovery.to_invoice == recovery.claim - recovery.waived - self.lowered.get(recovery.id, 0) >= 0
        waiting = {n: (r.amount, r.prepared_by) for n, r in reconsiderations(case).items()}
        assert waiting == self.lowering
        assert {invoice.number for invoice in case.all_invoices if invoice.reminded_at} == self.reminded
        assert tasks(case, "file_reconsideration") == self.letters
        assert {recovery.id for recovery in case.recoveries if recovery.is_on_hold} == self.held
        to_refund = money.surplus > sum(p.amount for p in refunds if is_on_its_way(p))
        assert bool(tasks(case, "refund_surplus")) == to_refund

    def _check_checks(self, case: Case) -> None:
        live = [check for check in case.spot_checks if check.concluded_at is None]
        waiting = {check.id: {file.content_hash for file in check.files} for check in live}
        assert waiting == self.asked_for
        assert {check.id: check.amount for check in case.spot_checks if check.concluded_at} == self.ended
        before_officer = tasks(case, "review_records") | tasks(case, "follow_up_missing_records")
        assert before_officer == {str(number) for number in waiting}
        assert self.judged is None or self.judged <= case.money.paid
        requests = {
            mail.about for mail in case.mails.values() if (mail.kind, mail.status) == ("records_request", "owed")
        }
        assert requests <= {f"{check.id}-{check.link}" for check in live if check.link_hash}
        claimed = sum(r.claim for r in case.recoveries if r.grounds == ("not_accounted_for",))
        assert claimed == sum(check.amount for check in case.spot_checks if check.outcome == "not_accounted_for")

    def _holds_on(self, payout: Payout | None, change: int) -> bool:
        """Whether a hold is for a change of account that still stops its payout."""
        if payout is None or payout.status not in HERE or not change:
            return False
        return change in self.named or self.to[payout.id] != self.account


def tasks(case: Case, kind: str) -> set[str]:
    """Give what the tasks of a kind are about."""
    return {task.about for task in CASE.owed(case) if task.kind == kind}


def reconsiderations(case: Case) -> dict[int, Reconsideration]:
    """Give what is prepared and not decided, by the recovery's number."""
    return {r.id: r.reconsideration for r in case.recoveries if r.reconsideration}


def is_on_its_way(payout: Payout) -> bool:
    """Tell whether a refund leaves, or waits for a person to send it again."""
    return not (payout.status == "settled" or payout.replaced_by or payout.is_final)


def is_released(case: Case, hold: int) -> bool:
    """Tell whether somebody may release a hold."""
    try:
        return bool(decide(case, c.ReleasePayouts(hold, "Skäl.", "officer:9"), SPRING))
    except Refusal:
        return False
