"""What municipalities write, in plain Swedish: varied by the generator given, and about nobody."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Literal

from statsbidrag.domain.case.state import HearingStance
from statsbidrag.domain.terms import Question

Hand = Literal["plainly", "markup", "emoji", "at_length"]

_OPENINGS = (
    "Vi erbjöd hälsosamtal till alla som fyllde 80 år under året.",
    "Socialtjänsten höll samtalen tillsammans med hemtjänsten.",
    "Kommunen utbildade åtta medarbetare i att hålla samtalen.",
    "Två seniorrådgivare arbetade med uppsökande hälsosamtal.",
    "Arbetet leddes av avdelningen för äldreomsorg.",
    "Samtalen fördes hemma hos den äldre eller på biblioteket.",
    "Vi samarbetade med föreningar och vårdcentraler på orten.",
)
_MIDDLES = (
    "De flesta hörde av sig själva efter ett brev från kommunen.",
    "Några samtal ställdes in på grund av sjukdom bland personalen.",
    "Vi nådde fler män än tidigare år.",
    "Ungefär var tredje person ville ha ett uppföljande samtal.",
    "Många berättade att hörseln eller vägen dit hindrade dem från att delta.",
    "Medarbetarna använde ett samtalsstöd som vi tog fram under våren.",
    "Särskilt ensamboende på landsbygden tackade ja.",
    "Vi prövade både telefonsamtal och hembesök.",
)
_ENDS = (
    "Arbetet fortsätter nästa år inom ordinarie verksamhet.",
    "Resultatet följs upp i nämnden varje halvår.",
    "En enkät visar att de flesta är nöjda med samtalet.",
    "Vi har ändrat inbjudan så att den är lättare att läsa.",
    "Nästa steg är att nå personer som inte talar svenska.",
    "Samarbetet med primärvården behöver utvecklas.",
)
_MISUSE = "En del av pengarna gick till kaffe och lokalhyra för en öppen träffpunkt."
_MARKUP = "Vår e-tjänst skrev <script>alert('hej')</script> & <b>fetstil</b> i \"rutan\"; bortse från det."
_EMOJI = "Deltagarna gav samtalen betyget 👍🏽 och 💙 i vår enkät 👵🏼👴."
_HEARING: Mapping[HearingStance, tuple[str, ...]] = {
    "agrees": (
        "Kommunen har inga synpunkter på förslaget.",
        "Vi godtar förslaget och väntar på fakturan.",
    ),
    "objects": (
        "Arbetet har gjorts, och pengarna har kommit de äldre till del. Vi ber er avstå från återkrav.",
        "Pengarna användes enligt villkoren, men bokfördes på fel konto. Vi ber er ompröva beloppet.",
        "Vi har bytt system för diarieföring. Ta hänsyn till det när ni beslutar.",
    ),
}


def hearing_answer(random: Random, stance: HearingStance) -> str:
    """Write an answer to a proposed recovery."""
    return random.choice(_HEARING[stance])


def answers(
    random: Random, questions: tuple[Question, ...], amounts: Mapping[str, int], *, misuse: bool, hand: Hand
) -> tuple[tuple[str, str], ...]:
    """Fill in a report form.

    Parameters
    ----------
    amounts
        Whole kronor by the id of an amount question; the others get 0.

    Returns
    -------
    tuple
        Question id and answer as typed, in the order of the form; a declaration is ``ja``.
    """
    return tuple((question.id, _answer(random, question, amounts, misuse, hand)) for question in questions)


def _answer(random: Random, question: Question, amounts: Mapping[str, int], misuse: bool, hand: Hand) -> str:
    match question.kind:
        case "amount":
            return str(amounts.get(question.id, 0))
        case "whole_number":
            return str(min(random.randint(12, 900), question.limit))
        case "choice":
            return random.choice(question.choices)[0]
        case "declaration":
            return "ja"
        case "text":
            return _text(random, question.limit, misuse, hand)


def _text(random: Random, limit: int, misuse: bool, hand: Hand) -> str:
    sentences = [random.choice(_OPENINGS), *random.sample(_MIDDLES, random.randint(1, 3)), random.choice(_ENDS)]
    special = {"markup": _MARKUP, "emoji": _EMOJI}.get(hand)
    first = [text for text in (_MISUSE if misuse else None, special) if text]
    if hand == "at_length":
        sentences = [random.choice(_MIDDLES) for _ in range(limit // 30)]
    text = ""
    for sentence in first + sentences:
        longer = f"{text} {sentence}".strip()
        if len(longer) <= limit:
            text = longer
    return text
