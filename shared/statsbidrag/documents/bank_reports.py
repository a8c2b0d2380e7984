"""What the bank answers: pain.002 (status), camt.054 (booked) and camt.053 (statement).

A file is read whole or refused whole; nothing in it is guessed. Amounts are öre, days are Swedish bank days.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from statsbidrag.documents.bank_xml import Node, malformed, parse
from statsbidrag.domain.bank import (
    Direction,
    Entry,
    Notification,
    Outcome,
    PaymentStatus,
    Statement,
    StatusReport,
)
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.money import Ore, parse_decimal
from statsbidrag.domain.time import swedish_date

_PREFIX = "urn:iso:std:iso:20022:tech:xsd:"
# Known kinds that say nothing the others do not: returns between banks, and the day so far.
_NOT_USED = ("pacs.004.", "camt.052.")
# ISO 20022 external status codes. ACTC has passed technical checks only, so it decides nothing yet.
_OUTCOMES: dict[str, Outcome] = {
    "ACCP": "accepted",
    "ACSP": "accepted",
    "ACSC": "accepted",
    "ACWC": "accepted",
    "ACCC": "accepted",
    "RJCT": "rejected",
    "CANC": "rejected",
    "ACTC": "pending",
    "RCVD": "pending",
    "PDNG": "pending",
}
_NOT_BOOKED = ("PDNG", "INFO", "FUTR")


def read_bank_report(data: bytes) -> StatusReport | Notification | Statement:
    """Read a file from the bank by the namespace it declares.

    Parameters
    ----------
    data
        pain.002.001.03 or .10, camt.054.001.02 or .08, camt.053.001.02 or .08.

    Raises
    ------
    Refusal
        ``bank_file_too_large``, ``bank_file_malformed``, ``bank_file_has_doctype``,
        ``bank_file_unknown_kind``, ``bank_file_not_used`` (a known kind that is filed and not read),
        ``bank_file_unknown_status``, ``bank_file_currency``, ``bank_file_sums_differ``,
        ``bank_file_several_accounts``, ``amount_unreadable``.
    """
    namespace, document = parse(data)
    kind = namespace.removeprefix(_PREFIX)
    if kind in ("pain.002.001.03", "pain.002.001.10"):
        return _status_report(document.one("CstmrPmtStsRpt"))
    if kind in ("camt.054.001.02", "camt.054.001.08"):
        body = document.one("BkToCstmrDbtCdtNtfctn")
        seen: dict[str, int] = {}
        entries = [entry for part in body.all("Ntfctn") for entry in _entries(part, seen)]
        return Notification(body.text("GrpHdr/MsgId"), tuple(entries))
    if kind in ("camt.053.001.02", "camt.053.001.08"):
        return _statement(document.one("BkToCstmrStmt"))
    if kind.startswith(_NOT_USED):
        raise Refusal("bank_file_not_used", f"Bankfilen är av slaget {kind}, som bara arkiveras.")
    raise Refusal("bank_file_unknown_kind", "Bankfilen är av ett slag som inte kan läsas.")


def _status_report(body: Node) -> StatusReport:
    group = body.one("OrgnlGrpInfAndSts")
    blocks = body.all("OrgnlPmtInfAndSts")
    payments = tuple(_payment_status(node) for block in blocks for node in block.all("TxInfAndSts"))
    # Our files have one payment block: what the bank says of it is nearer to the payments than the group.
    block = blocks[0] if len(blocks) == 1 else None
    code = (block.text("PmtInfSts", "") if block else "") or group.text("GrpSts", "PART")
    reason_code, reason = _reason(group)
    if block and not reason_code:
        reason_code, reason = _reason(block)
    return StatusReport(
        message_id=body.text("GrpHdr/MsgId"),
        original_message_id=group.text("OrgnlMsgId"),
        status="partial" if code == "PART" else _outcome(code),
        reason_code=reason_code,
        reason=reason,
        payments=payments,
    )


def _payment_status(node: Node) -> PaymentStatus:
    return PaymentStatus(node.text("OrgnlEndToEndId"), _outcome(node.text("TxSts")), *_reason(node))


def _outcome(code: str) -> Outcome:
    if code not in _OUTCOMES:
        raise Refusal("bank_file_unknown_status", "Bankfilen har en status som inte är känd.")
    return _OUTCOMES[code]


def _reason(node: Node) -> tuple[str, str]:
    given = node.all("StsRsnInf")
    if not given:
        return "", ""
    code = given[0].text("Rsn/Cd", "") or given[0].text("Rsn/Prtry", "")
    return code, " ".join(line.value for info in given for line in info.all("AddtlInf"))


def _statement(body: Node) -> Statement:
    statements = body.all("Stmt")
    if len(statements) != 1:
        raise Refusal("bank_file_several_accounts", "Kontoutdraget ska gälla ett konto och en dag.")
    statement = statements[0]
    told = {bal.text("Tp/CdOrPrtry/Cd", ""): bal for bal in statement.all("Bal")}
    balances = {code: _signed(bal) for code, bal in told.items()}
    if "CLBD" not in balances or not {"OPBD", "PRCD"} & balances.keys():
        raise malformed("ingående eller utgående saldo saknas")
    return Statement(
        message_id=body.text("GrpHdr/MsgId"),
        account=_account(statement),
        day=_booking_day(told["CLBD"].one("Dt")),
        # PRCD, the closing balance of the day before, opens the day where OPBD is left out.
        opening=balances.get("OPBD", balances.get("PRCD", Ore(0))),
        closing=balances["CLBD"],
        entries=tuple(_entries(statement, {})),
    )


def _signed(balance: Node) -> Ore:
    amount = _kronor(balance.one("Amt"))
    return amount if _direction(balance) == "credit" else Ore(-amount)


def _entries(part: Node, seen: dict[str, int]) -> Iterator[Entry]:
    account = _account(part)
    for node in part.all("Ntry"):
        status = node.text("Sts/Cd", "") if node.one("Sts").maybe("Cd") else node.text("Sts")
        if status in _NOT_BOOKED:
            continue
        if status != "BOOK":
            raise Refusal("bank_file_unknown_status", "Bankfilen har en status som inte är känd.")
        yield from _booked(node, account, seen)


def _booked(node: Node, account: str, seen: dict[str, int]) -> Iterator[Entry]:
    total, way, day = _kronor(node.one("Amt")), _direction(node), _booking_day(node.one("BookgDt"))
    details = node.all("NtryDtls/TxDtls")
    if not details:
        yield _entry(node, None, (account, day, total, way), seen)
        return
    parts = [_detail_amount(detail, total if len(details) == 1 else None, way) for detail in details]
    if sum(amount if side == way else -amount for amount, side in parts) != total:
        raise Refusal("bank_file_sums_differ", "En bokförd post i bankfilen är inte summan av sina delar.")
    for detail, (amount, side) in zip(details, parts, strict=True):
        yield _entry(node, detail, (account, day, amount, side), seen)


def _entry(node: Node, detail: Node | None, movement: tuple[str, date, Ore, Direction], seen: dict[str, int]) -> Entry:
    account, day, amount, way = movement
    servicer = node.text("AcctSvcrRef", "") or (detail.text("Refs/AcctSvcrRef", "") if detail else "")
    if not servicer:
        raise malformed("bankens referens saknas på en bokförd post")
    booking = f"{account}/{servicer}/{day.isoformat()}"
    index = seen[booking] = seen.get(booking, 0) + 1
    end_to_end_id = detail.text("Refs/EndToEndId", "NOTPROVIDED") if detail else "NOTPROVIDED"
    return Entry(
        reference=f"{booking}/{index}",
        account=account,
        booked_on=day,
        amount=amount,
        direction=way,
        end_to_end_id=None if end_to_end_id == "NOTPROVIDED" else end_to_end_id,
        remittance=_remittance(detail) if detail else None,
        debtor=_debtor(detail) if detail else None,
        return_reason=_return_reason(detail) if detail else None,
    )


def _detail_amount(detail: Node, whole: Ore | None, way: Direction) -> tuple[Ore, Direction]:
    amount = detail.maybe("Amt") or detail.maybe("AmtDtls/TxAmt/Amt")
    side = _direction(detail) if detail.maybe("CdtDbtInd") else way
    if amount is not None:
        return _kronor(amount), side
    if whole is None:
        raise malformed("en del av en bokförd post har inget belopp")
    return whole, side


def _remittance(detail: Node) -> str | None:
    information = detail.maybe("RmtInf")
    if information is None:
        return None
    for path in ("Strd/CdtrRefInf/Ref", "Strd/RfrdDocInf/Nb", "Ustrd"):
        lines = [found.value for found in information.all(path) if found.value]
        if lines:
            return "\n".join(dict.fromkeys(lines))
    return None


def _debtor(detail: Node) -> str | None:
    # Version 08 puts a Pty around what version 02 gives directly.
    name = detail.text("RltdPties/Dbtr/Pty/Nm", "") or detail.text("RltdPties/Dbtr/Nm", "")
    return name or None


def _return_reason(detail: Node) -> str | None:
    returned = detail.maybe("RtrInf")
    if returned is None:
        return None
    return returned.text("Rsn/Cd", "") or returned.text("Rsn/Prtry", "") or "NARR"


def _account(part: Node) -> str:
    return part.text("Acct/Id/IBAN", "") or part.text("Acct/Id/Othr/Id")


def _direction(node: Node) -> Direction:
    indicator = node.text("CdtDbtInd")
    if indicator not in ("CRDT", "DBIT"):
        raise malformed("CdtDbtInd är varken CRDT eller DBIT")
    return "credit" if indicator == "CRDT" else "debit"


def _kronor(amount: Node) -> Ore:
    if amount.attribute("Ccy") != "SEK":
        raise Refusal("bank_file_currency", "Bankfilen har belopp i en annan valuta än kronor.")
    return parse_decimal(amount.value)


def _booking_day(node: Node) -> date:
    try:
        if node.maybe("Dt"):
            return date.fromisoformat(node.text("Dt"))
        instant = datetime.fromisoformat(node.text("DtTm"))
    except ValueError:
        raise malformed("bokföringsdagen är inte ett datum") from None
    # Without a zone the bank speaks of its own, Swedish, day.
    return swedish_date(instant) if instant.tzinfo else instant.date()
