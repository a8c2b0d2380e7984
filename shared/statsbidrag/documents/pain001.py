"""The payment file to the bank: pain.001.001.09, or .03, as Swedish giro payments are written.

The same `PaymentFile` gives the same bytes, so that a file made again is the file that was sent (banks tell
duplicates by MsgId). No agent is named by its BIC, so the versions differ in namespace and execution day only.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

import msgspec

from statsbidrag.documents.characters import bank_text, is_bank_id
from statsbidrag.domain.errors import CorruptBooks, Refusal
from statsbidrag.domain.identifiers import Account, parse_account
from statsbidrag.domain.money import Ore, format_decimal, parse_decimal
from statsbidrag.domain.terms import Agency, PainVersion
from statsbidrag.domain.time import swedish_date

_NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001"
_LONGEST_NAME = 70
_LONGEST_REMITTANCE = 140
# Swedish clearing (SESBA) members that stand for the two giros.
_GIRO_CLEARING = {"bankgiro": "9900", "plusgiro": "9960"}
_GIRO_SCHEME = {"bankgiro": ("Prtry", "BGNR"), "plusgiro": ("Cd", "BBAN")}


class Payment(msgspec.Struct, frozen=True):
    """One transfer.

    Attributes
    ----------
    end_to_end_id
        The payout's identity, `identifiers.payout_id`; at most 35 characters, once per file.
    amount
        Öre, above zero.
    creditor
        Name of the municipality.
    remittance
        Free text to the creditor, at most 140 characters.
    """

    end_to_end_id: str
    amount: Ore
    creditor: str
    account: Account
    remittance: str


class PaymentFile(msgspec.Struct, frozen=True):
    """One batch: all its payments leave the same account on the same day.

    Attributes
    ----------
    message_id
        MsgId, the batch's identity; at most 33 characters, since the payment block adds two.
    created_at
        CreDtTm, an instant from the stored batch and not from the clock at writing.
    execution_date
        Swedish bank day on which the money leaves, not before the Swedish day of `created_at`.
    debtor
        Pays from `Agency.account`, a bankgiro.
    version
        Version of pain.001.001 that the bank takes.
    """

    message_id: str
    created_at: datetime
    execution_date: date
    debtor: Agency
    payments: tuple[Payment, ...]
    version: PainVersion = "09"


def render_pain001(file: PaymentFile) -> bytes:
    """Write the payment file.

    Returns
    -------
    bytes
        UTF-8 XML, valid by the schema of the file's version. CtrlSum is the sum of the written amounts, which are
        those of the payments.

    Raises
    ------
    CorruptBooks
        No payments, an amount that is not above zero or too long for a file, an end-to-end id twice, an identity
        the bank cannot carry, a debtor account that is not a bankgiro, an account whose check digit is off, a time
        without zone, an execution day before the file was made, or a text too long.
    """
    _check(file)
    count, total = str(len(file.payments)), format_decimal(Ore(sum(p.amount for p in file.payments)))
    document = Element("Document", xmlns=f"{_NAMESPACE}.{file.version}")
    initiation = SubElement(document, "CstmrCdtTrfInitn")
    header = SubElement(initiation, "GrpHdr")
    _leaf(header, "MsgId", file.message_id)
    _leaf(header, "CreDtTm", file.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    _leaf(header, "NbOfTxs", count)
    _leaf(header, "CtrlSum", total)
    _party(header, "InitgPty", file.debtor)
    block = SubElement(initiation, "PmtInf")
    _leaf(block, "PmtInfId", f"{file.message_id}-1")
    _leaf(block, "PmtMtd", "TRF")
    _leaf(block, "NbOfTxs", count)
    _leaf(block, "CtrlSum", total)
    day = file.execution_date.isoformat()
    if file.version == "03":
        _leaf(block, "ReqdExctnDt", day)
    else:
        _leaf(SubElement(block, "ReqdExctnDt"), "Dt", day)
    _party(block, "Dbtr", file.debtor)
    _leaf(_account(block, "DbtrAcct", file.debtor.account), "Ccy", "SEK")
    # The schema demands the element; for a bankgiro debtor the clearing member stands in for a BIC.
    _agent(block, "DbtrAgt", file.debtor.account)
    for payment in file.payments:
        _transfer(block, payment)
    _check_amounts(document, file)
    return bytes(tostring(document, encoding="UTF-8", xml_declaration=True))


def _check(file: PaymentFile) -> None:
    if not file.payments:
        raise CorruptBooks(f"batch {file.message_id} has no payments")
    if not is_bank_id(f"{file.message_id}-1"):
        raise CorruptBooks(f"batch identity {file.message_id!r} does not fit a bank file")
    if file.created_at.tzinfo is None:
        raise CorruptBooks(f"batch {file.message_id} has a time without zone")
    if file.execution_date < swedish_date(file.created_at):
        raise CorruptBooks(f"batch {file.message_id} is to leave before it was made")
    if file.debtor.account.kind != "bankgiro" or not _holds(file.debtor.account):
        raise CorruptBooks(f"batch {file.message_id} does not leave from a bankgiro")
    seen: set[str] = set()
    for payment in file.payments:
        identity = payment.end_to_end_id
        if not is_bank_id(identity) or identity in seen:
            raise CorruptBooks(f"payment {identity!r} stands twice or does not fit a bank file")
        if payment.amount <= 0:
            raise CorruptBooks(f"payment {identity} is not above zero")
        if not _holds(payment.account):
            raise CorruptBooks(f"payment {identity} goes to an account number that cannot be")
        seen.add(identity)


def _holds(account: Account) -> bool:
    """Tell whether the account is in the form and has the check digit it was once read with."""
    try:
        return parse_account(account.kind, account.number) == account
    except Refusal:
        return False


def _check_amounts(document: Element, file: PaymentFile) -> None:
    """Read the amounts back: the bank pays what is written, not what was meant."""
    try:
        written = [parse_decimal(leaf.text or "") for leaf in document.iter("InstdAmt")]
        totals = {parse_decimal(leaf.text or "") for leaf in document.iter("CtrlSum")}
    except Refusal:
        raise CorruptBooks(f"batch {file.message_id} has an amount that no bank file carries") from None
    if written != [payment.amount for payment in file.payments] or totals != {sum(written)}:
        raise CorruptBooks(f"batch {file.message_id} would be written with other amounts than its own")


def _transfer(block: Element, payment: Payment) -> None:
    transfer = SubElement(block, "CdtTrfTxInf")
    identity = SubElement(transfer, "PmtId")
    _leaf(identity, "InstrId", payment.end_to_end_id)
    _leaf(identity, "EndToEndId", payment.end_to_end_id)
    _leaf(SubElement(transfer, "Amt"), "InstdAmt", format_decimal(payment.amount)).set("Ccy", "SEK")
    if payment.account.kind != "iban":
        _agent(transfer, "CdtrAgt", payment.account)
    _leaf(SubElement(transfer, "Cdtr"), "Nm", _text(payment.creditor, _LONGEST_NAME))
    _account(transfer, "CdtrAcct", payment.account)
    if payment.remittance:
        _leaf(SubElement(transfer, "RmtInf"), "Ustrd", _text(payment.remittance, _LONGEST_REMITTANCE))


def _party(parent: Element, tag: str, agency: Agency) -> None:
    party = SubElement(parent, tag)
    _leaf(party, "Nm", _text(agency.name, _LONGEST_NAME))
    other = SubElement(SubElement(SubElement(party, "Id"), "OrgId"), "Othr")
    _leaf(other, "Id", agency.organisation_number)
    _leaf(SubElement(other, "SchmeNm"), "Cd", "COID")


def _agent(parent: Element, tag: str, account: Account) -> None:
    institution = SubElement(SubElement(parent, tag), "FinInstnId")
    member = SubElement(institution, "ClrSysMmbId")
    _leaf(SubElement(member, "ClrSysId"), "Cd", "SESBA")
    _leaf(member, "MmbId", _GIRO_CLEARING[account.kind])


def _account(parent: Element, tag: str, account: Account) -> Element:
    holder = SubElement(parent, tag)
    identity = SubElement(holder, "Id")
    if account.kind == "iban":
        _leaf(identity, "IBAN", account.number)
        return holder
    other = SubElement(identity, "Othr")
    _leaf(other, "Id", account.number)
    _leaf(SubElement(other, "SchmeNm"), *_GIRO_SCHEME[account.kind])
    return holder


def _text(text: str, longest: int) -> str:
    written = bank_text(text)
    if not 1 <= len(written) <= longest:
        raise CorruptBooks(f"a text of {len(written)} characters does not fit a bank file")
    return written


def _leaf(parent: Element, tag: str, text: str) -> Element:
    leaf = SubElement(parent, tag)
    leaf.text = text
    return leaf
