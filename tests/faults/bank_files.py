"""What the bank writes about a batch of two payouts. The account is the agency's, as the round file has it."""

from __future__ import annotations

from collections.abc import Sequence

from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.money import NOTHING, Ore, kronor

FIRST, SECOND = MunicipalityCode("0114"), MunicipalityCode("0115")
SHARES = {FIRST: 461_836, SECOND: 323_418}
"""Kronor."""
BATCH_ID = "B-2025-20250507-1"
PAYOUTS = {code: f"P-2025-{code}-1" for code in SHARES}
OURS, ANOTHERS = "50501055", "99901316"


def answer(group_status: str = "PART", rejected: Sequence[MunicipalityCode] = (SECOND,)) -> bytes:
    """Write a pain.002 about the batch: the file's status, and each payment that is refused (AC04)."""
    payments = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{PAYOUTS[code]}</OrgnlEndToEndId><TxSts>RJCT</TxSts>"
        "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Account closed</AddtlInf></StsRsnInf></TxInfAndSts>"
        for code in rejected
    )
    details = (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{BATCH_ID}-1</OrgnlPmtInfId>{payments}</OrgnlPmtInfAndSts>"
        if payments
        else ""
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>
<GrpHdr><MsgId>BANK-002-1</MsgId><CreDtTm>2025-05-07T09:31:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{BATCH_ID}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
<GrpSts>{group_status}</GrpSts></OrgnlGrpInfAndSts>{details}
</CstmrPmtStsRpt></Document>""".encode()


def bookings(codes: Sequence[MunicipalityCode] = (FIRST, SECOND), account: str = OURS) -> bytes:
    """Write a camt.054 with the payouts booked; its name is the same whatever it tells."""
    return _notification("booked", [_booking(code, "DBIT", "") for code in codes], account)


def statement(missing: Ore = NOTHING) -> bytes:
    """Write a camt.053 of the day on which the payouts were booked; öre may be missing from its entries."""
    opening = kronor(1_000_000)
    closing = opening - kronor(sum(SHARES.values())) - missing
    balances = "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(Ore(amount))}<CdtDbtInd>CRDT</CdtDbtInd>"
        "<Dt><Dt>2025-05-08</Dt></Dt></Bal>"
        for code, amount in (("OPBD", opening), ("CLBD", closing))
    )
    entries = "".join(_booking(code, "DBIT", "") for code in SHARES)
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>BANK-053-1</MsgId><CreDtTm>2025-05-08T20:00:00+02:00</CreDtTm></GrpHdr>
<Stmt><Id>BANK-053-1-1</Id>{_account(OURS)}{balances}{entries}</Stmt></BkToCstmrStmt></Document>""".encode()


def returned(code: MunicipalityCode = SECOND) -> bytes:
    """Write a camt.054 with a payout that came back."""
    return _notification("returned", [_booking(code, "CRDT", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>")])


def repayment(ocr: str, amount: Ore) -> bytes:
    """Write a camt.054 with a repaid invoice, and with money that nobody expects."""
    entries = [
        _entry("R-1", "CRDT", amount, f"<RmtInf><Strd><CdtrRefInf><Ref>{ocr}</Ref></CdtrRefInf></Strd></RmtInf>"),
        _entry("R-2", "CRDT", kronor(500), "<RmtInf><Ustrd>Tack</Ustrd></RmtInf>"),
    ]
    return _notification("repaid", entries)


def _booking(code: MunicipalityCode, way: str, more: str) -> str:
    text = f"<Refs><EndToEndId>{PAYOUTS[code]}</EndToEndId></Refs>{more}"
    return _entry(f"{way}-{code}", way, kronor(SHARES[code]), text)


def _amount(amount: Ore) -> str:
    return f'<Amt Ccy="SEK">{amount // 100}.{amount % 100:02d}</Amt>'


def _account(number: str) -> str:
    return f"<Acct><Id><Othr><Id>{number}</Id><SchmeNm><Prtry>BGNR</Prtry></SchmeNm></Othr></Id><Ccy>SEK</Ccy></Acct>"


def _entry(reference: str, way: str, amount: Ore, details: str) -> str:
    return (
        f"<Ntry>{_amount(amount)}<CdtDbtInd>{way}</CdtDbtInd><Sts>BOOK</Sts>"
        f"<BookgDt><Dt>2025-05-08</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls>{details}</TxDtls></NtryDtls></Ntry>"
    )


def _notification(name: str, entries: Sequence[str], account: str = OURS) -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>BANK-054-{name}</MsgId><CreDtTm>2025-05-08T18:00:00+02:00</CreDtTm></GrpHdr>
<Ntfctn><Id>BANK-054-{name}-1</Id>{_account(account)}{"".join(entries)}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>""".encode()
