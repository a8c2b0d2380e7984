"""What the bank writes about a batch of two payouts. The account is the agency's, as the round file has it."""

from __future__ import annotations

from collections.abc import Sequence

from statsbidrag.domain.identifiers import MunicipalityCode
from statsbidrag.domain.money import Ore, kronor

FIRST, SECOND = MunicipalityCode("0114"), MunicipalityCode("0115")
SHARES = {FIRST: 461_836, SECOND: 323_418}
"""Kronor."""
BATCH_ID = "B-2025-20250507-1"
PAYOUTS = {code: f"P-2025-{code}-1" for code in SHARES}


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


def bookings(codes: Sequence[MunicipalityCode] = (FIRST, SECOND)) -> bytes:
    """Write a camt.054 with the payouts booked."""
    return _notification("booked", [_booking(code, "DBIT", "") for code in codes])


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


def _entry(reference: str, way: str, amount: Ore, details: str) -> str:
    return (
        f'<Ntry><Amt Ccy="SEK">{amount // 100}.{amount % 100:02d}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts>BOOK</Sts>'
        f"<BookgDt><Dt>2025-05-08</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls>{details}</TxDtls></NtryDtls></Ntry>"
    )


def _notification(name: str, entries: Sequence[str]) -> bytes:
    account = "<Acct><Id><Othr><Id>50501055</Id><SchmeNm><Prtry>BGNR</Prtry></SchmeNm></Othr></Id><Ccy>SEK</Ccy></Acct>"
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.054.001.02"><BkToCstmrDbtCdtNtfctn>
<GrpHdr><MsgId>BANK-054-{name}</MsgId><CreDtTm>2025-05-08T18:00:00+02:00</CreDtTm></GrpHdr>
<Ntfctn><Id>BANK-054-{name}-1</Id>{account}{"".join(entries)}</Ntfctn></BkToCstmrDbtCdtNtfctn></Document>""".encode()
