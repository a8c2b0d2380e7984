"""Why a bank refused or returned a payment, in Swedish: the external reason codes of ISO 20022."""

from __future__ import annotations

_REASONS = {
    "AC01": "Banken säger att kontonumret är fel.",
    "AC03": "Banken säger att kontonumret är fel.",
    "AC04": "Banken säger att kontot är avslutat.",
    "AC06": "Banken säger att kontot är spärrat.",
    "AC07": "Banken säger att kontot är avslutat.",
    "AC14": "Banken säger att kontot är av fel slag.",
    "AG01": "Banken tillåter inte betalningen.",
    "AG02": "Banken tar inte emot betalningar av det här slaget.",
    "AM01": "Banken säger att beloppet är noll.",
    "AM02": "Banken säger att beloppet är för stort.",
    "AM03": "Banken tar inte emot valutan.",
    "AM04": "Det fanns inte täckning på vårt konto.",
    "AM05": "Banken säger att betalningen redan har kommit in.",
    "AM09": "Banken säger att beloppet är fel.",
    "AM10": "Banken säger att kontrollsumman i vår fil är fel.",
    "AM18": "Banken säger att antalet betalningar i vår fil är fel.",
    "BE01": "Banken säger att kontot inte är mottagarens.",
    "BE04": "Banken säger att mottagarens adress saknas eller är fel.",
    "BE05": "Banken känner inte igen avsändaren.",
    "BE06": "Banken känner inte igen mottagaren.",
    "CNOR": "Banken känner inte igen mottagarens bank.",
    "CUST": "Betalningen stoppades på begäran.",
    "DT01": "Banken säger att betalningsdagen är fel.",
    "DUPL": "Banken säger att filen redan har kommit in.",
    "FF01": "Banken kunde inte läsa vår fil.",
    "FOCR": "Betalningen togs tillbaka på begäran.",
    "MD07": "Banken säger att kontots innehavare inte finns längre.",
    "MS02": "Mottagaren tog inte emot betalningen. Banken säger inte varför.",
    "MS03": "Banken säger inte varför.",
    "NARR": "Banken har svarat i egna ord utan kod.",
    "RC01": "Banken säger att clearingnumret är fel.",
    "RC04": "Banken säger att mottagarens bank är fel angiven.",
    "RC07": "Banken säger att mottagarens bank är fel angiven.",
    "RC10": "Banken säger att mottagarens clearingnummer är fel.",
    "RR04": "Banken får inte genomföra betalningen enligt sina regler.",
}


def swedish_reason(code: str, text: str = "") -> str:
    """Say in one or two sentences why a payment failed.

    Parameters
    ----------
    code
        ISO 20022 external status or return reason; may be empty or unknown.
    text
        The bank's own words, in whatever language; they are quoted.
    """
    told = _REASONS.get(code)
    if told is None:
        told = f"Banken har svarat med koden {code}." if code else "Banken säger inte varför."
    else:
        told = f"{told[:-1]} ({code})."
    return f"{told} Bankens egna ord: {text}" if text.strip() else told
