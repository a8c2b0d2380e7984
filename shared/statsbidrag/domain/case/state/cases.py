"""The case: what it is of, and all that is known of it."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from statsbidrag.domain.case.state.invoices import CreditNote, Interest, Invoice, interest_imbalances
from statsbidrag.domain.case.state.mails import Mail
from statsbidrag.domain.case.state.money import Money
from statsbidrag.domain.case.state.payouts import Payout, SetOff
from statsbidrag.domain.case.state.recoveries import Recovery
from statsbidrag.domain.case.state.reports import DeliveryProof, Extension, Link, Reopening, Report
from statsbidrag.domain.case.state.requisitions import AccountChange, Requisition
from statsbidrag.domain.case.state.spot_checks import SpotCheck
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.holds import Hold
from statsbidrag.domain.identifiers import Account, MunicipalityCode, RoundId, case_number
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Terms


class Case(msgspec.Struct, frozen=True):
    """One municipality in one round, as its journal folds to.

    Attributes
    ----------
    recipient
        With the account that payouts go to: the one at the opening, until a change is approved.
    terms
        Of the round as the case was opened, with a later last day of the report where one was granted.
    register_account
        The account that the register named last.
    register_email
        The registry's address that the register named when an officer corrected it; empty where the register's holds.
    link
        The newest; `earlier_links` open the form as well, until they are revoked or too old.
    interest, interest_invoices
        What became of interest, and the invoices that claim it, which are none of `invoices`.
    """

    round: RoundId
    municipality: MunicipalityCode
    recipient: Recipient | None = None
    terms: Terms | None = None
    allocation_list: str = ""
    allocation_approved_at: datetime | None = None
    money: Money = Money()
    requisitions: tuple[Requisition, ...] = ()
    register_account: Account | None = None
    account_changes: tuple[AccountChange, ...] = ()
    payouts: tuple[Payout, ...] = ()
    holds: tuple[Hold, ...] = ()
    register_email: str = ""
    link: Link | None = None
    earlier_links: tuple[Link, ...] = ()
    delivery_proofs: tuple[DeliveryProof, ...] = ()
    report: Report | None = None
    extensions: tuple[Extension, ...] = ()
    reopenings: tuple[Reopening, ...] = ()
    unproven_delivery: bool = False
    spot_checks: tuple[SpotCheck, ...] = ()
    recoveries: tuple[Recovery, ...] = ()
    invoices: tuple[Invoice, ...] = ()
    credit_notes: tuple[CreditNote, ...] = ()
    set_offs: tuple[SetOff, ...] = ()
    interest: tuple[Interest, ...] = ()
    interest_invoices: tuple[Invoice, ...] = ()
    mails: dict[str, Mail] = {}
    bank_entries: tuple[str, ...] = ()

    @property
    def number(self) -> str:
        """Name the case for people: its case number."""
        return case_number(self.round, self.municipality)

    @property
    def agent_email(self) -> str:
        """The address that the agent gave in the last requisition that was not rejected; empty if in none."""
        given = (r.contact_email for r in reversed(self.requisitions) if r.contact_email and r.status != "rejected")
        return next(given, "")

    @property
    def links(self) -> tuple[Link, ...]:
        """Every report link, the newest last."""
        return (*self.earlier_links, self.link) if self.link else ()

    @property
    def undecided_recovery(self) -> Recovery | None:
        """The recovery that waits for a decision, if one does."""
        return next((r for r in self.recoveries if r.status in ("hearing", "prepared")), None)

    @property
    def live_recoveries(self) -> tuple[Recovery, ...]:
        """The recoveries that have not been withdrawn."""
        return tuple(r for r in self.recoveries if r.status != "withdrawn")

    @property
    def reopening(self) -> Reopening | None:
        """The reopening that a corrected report is awaited for, if one is."""
        return self.reopenings[-1] if self.report is None and self.reopenings else None

    @property
    def open_checks(self) -> tuple[SpotCheck, ...]:
        """The spot checks that are not concluded."""
        return tuple(check for check in self.spot_checks if check.concluded_at is None)

    def asks_for_records(self, mail: Mail) -> bool:
        """Whether a request for accounting records leads to a check that is open, by the link in force."""
        return any(check.link_hash and mail.about == f"{check.id}-{check.link}" for check in self.open_checks)

    @property
    def all_reports(self) -> tuple[Report, ...]:
        """The reports that came, oldest first: each but the last was opened again and then corrected."""
        reports = (*(reopening.earlier for reopening in self.reopenings), self.report)
        return tuple({report.received_at: report for report in reports if report}.values())

    @property
    def report_last_day(self) -> date:
        """The last day of the report or, once it is opened again, of its correction."""
        _, terms = opened(self)
        return self.reopening.last_day if self.reopening else terms.report_last_day

    def imbalances(self) -> list[str]:
        """Name every line of the case's accounts that does not hold."""
        decided = sum(item.amount for item in self.set_offs if item.status == "decided")
        agreed = [] if self.money.set_off == decided else ["set off is what two persons decided"]
        told = (self.money, self.interest, self.invoices, self.interest_invoices)
        return [*self.money.imbalances(), *agreed, *(interest_imbalances(*told) if self.interest else ())]

    @property
    def all_invoices(self) -> tuple[Invoice, ...]:
        """The recovery invoices and those of interest."""
        return (*self.invoices, *self.interest_invoices)

    @property
    def waiting_set_offs(self) -> tuple[SetOff, ...]:
        """Give the set-offs that wait for a decision, and keep their payouts here until then."""
        ordered = {payout.id for payout in self.payouts if payout.status == "ordered"}
        return tuple(item for item in self.set_offs if item.status == "waiting" and item.payout in ordered)

    def holds_on(self, payout: str) -> tuple[Hold, ...]:
        """Give the holds that stop a payout now: its own, and those on the whole case."""
        return tuple(hold for hold in self.holds if hold.released_at is None and hold.about in ("", payout))


def case_key(round_id: RoundId, municipality: MunicipalityCode) -> str:
    """Give the key under which a case is stored: ``CASE#2025#0114``."""
    return f"CASE#{round_id}#{municipality}"


def empty_case(key: str) -> Case:
    """Give a case before its first event."""
    _, round_id, municipality = key.split("#")
    return Case(RoundId(round_id), MunicipalityCode(municipality))


def opened(case: Case) -> tuple[Recipient, Terms]:
    """Give recipient and terms; `NotFound` for a municipality without a share in the round."""
    if case.recipient is None or case.terms is None:
        raise NotFound("unknown_municipality", "Kommunen finns inte i bidragsomgångens fördelningslista.")
    return case.recipient, case.terms
