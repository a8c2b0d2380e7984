"""A grant round as data: what one file in `rounds/` says.

`Terms` is the part that a case carries with it from the day it is opened, so that its journal explains every
decision by the rules that held then.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from statsbidrag.domain.identifiers import Account, RoundId
from statsbidrag.domain.interest import InterestTerms, RateTable
from statsbidrag.domain.money import Ore


class Terms(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The dates and limits that bind one case; all dates are Swedish calendar days.

    Attributes
    ----------
    requisition_last_day
        Received at the latest on this day, Stockholm time.
    requisitions_allowed
        How many approved requisitions a municipality may have in the round.
    use_from, use_to
        The money may be used from the first to the last of these days.
    report_opens
        The report link goes out from this day on.
    report_last_day
        The report is received at the latest on this day.
    reminder_days
        Days relative to `report_last_day` on which a reminder goes out; negative is before.
    hearing_days
        Days the municipality has to answer a proposed recovery.
    invoice_days
        Days from an invoice to its due date.
    smallest_claim
        Öre; a smaller recovery is proposed to be waived in full, and a smaller rest of an invoice to be given up.
    smallest_refund
        Öre; a smaller surplus is not refunded unless somebody asks for it.
    bank_answer_days
        Days the bank may be silent about a payout that was sent; then it is unknown what became of it.
    link_grace_days
        Days that a report link goes on opening the form after `report_last_day`, or after the day it was issued if
        that is later; then the registry gets a new one on request, since a late report is always received.
    interest
        On what ground interest is claimed on what is repaid late; ``None`` means none at all (NJA 2007 s. 115).
    records_days
        Days the municipality has to send accounting records that are asked for.
    """

    requisition_opens: date
    requisition_last_day: date
    requisitions_allowed: int
    use_from: date
    use_to: date
    report_opens: date
    report_last_day: date
    reminder_days: tuple[int, ...]
    hearing_days: int
    invoice_days: int
    smallest_claim: Ore
    bank_answer_days: int = 7
    link_grace_days: int = 180
    smallest_refund: Ore = Ore(0)
    interest: InterestTerms | None = None
    records_days: int = 30


QuestionKind = Literal["amount", "text", "choice", "whole_number", "declaration"]


class Condition(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When a question is asked: what another one was answered.

    Attributes
    ----------
    question
        Id of the other one, which is always asked.
    above
        For an amount, in whole kronor, or a whole number: the answer is more than this.
    equals
        For any other kind: the answer is this.
    """

    question: str
    above: int | None = None
    equals: str | None = None


PAID = "paid"
"""What a `Sum` calls the amount that was paid out."""


class Sum(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A check of amounts that were answered, together, against another answer or what was paid.

    Attributes
    ----------
    parts
        Ids of amount questions; the fault is told at the last of them. One that was not answered counts as nothing.
    whole
        Id of an amount question, or `PAID`.
    text
        What to do, in Swedish; ``{whole}`` and ``{sum}`` stand for the amounts.
    """

    parts: tuple[str, ...]
    relation: Literal["at_most", "equals"]
    whole: str
    text: str


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question of the report form.

    Attributes
    ----------
    id
        English name of the answer, such as ``amount_used``.
    label, help
        Plain Swedish.
    limit
        Longest text in characters, or highest whole number; amounts are limited by what was paid.
    choices
        For ``choice``: value and Swedish label.
    asked_if
        When it is asked; always, if nothing is said.
    """

    id: str
    kind: QuestionKind
    label: str
    help: str = ""
    required: bool = True
    limit: int = 4000
    choices: tuple[tuple[str, str], ...] = ()
    asked_if: Condition | None = None


class Agency(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The agency that gives the grant, as payer and as creditor of recoveries.

    Attributes
    ----------
    organisation_number
        Ten digits without hyphen.
    account
        Bankgiro that payouts leave from and repayments come to.
    iban
        The bank account behind the bankgiro, as statements name it; if it is left out, whose account a file from the
        bank tells of cannot be checked.
    """

    name: str
    organisation_number: str
    address: str
    postcode: str
    city: str
    email: str
    account: Account
    iban: str = ""


PainVersion = Literal["09", "03"]
"""Version of pain.001.001, the payment file to the bank."""


class Payments(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the agency pays in a round.

    Attributes
    ----------
    two_attest_above
        Öre; a batch with a higher control total is attested by two persons, any other by one. Nobody attests what
        they prepared.
    pain_version
        Version of pain.001.001 that the bank takes.
    """

    two_attest_above: Ore = Ore(0)
    pain_version: PainVersion = "09"


class Round(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One grant round, as its file in `rounds/` says it.

    Attributes
    ----------
    total
        Öre; an allocation list sums to exactly this.
    purpose, allowed, not_allowed, conditions
        The terms in Swedish, shown on the form: one paragraph or list item each.
    declaration
        What the municipality confirms when it requisitions.
    interest_basis
        As older journals have it; the ground that binds a case is in its `terms`.
    reference_rates
        What `Terms.interest` adds to. The table grows while cases are open, so no case carries it.
    appeal
        Swedish notice on whether and how a decision can be appealed (förvaltningslagen 33 §).
    report_form_version
        Raised whenever the questions change.
    sums
        How the amounts of the report must agree with each other and with what was paid.
    """

    id: RoundId
    name: str
    agency: Agency
    total: Ore
    terms: Terms
    purpose: tuple[str, ...]
    target_group: str
    allowed: tuple[str, ...]
    not_allowed: tuple[str, ...]
    conditions: tuple[str, ...]
    declaration: str
    questions: tuple[Question, ...]
    report_form_version: int
    appeal: str
    interest_basis: str | None = None
    reference_rates: RateTable | None = None
    payments: Payments = Payments()
    sums: tuple[Sum, ...] = ()
