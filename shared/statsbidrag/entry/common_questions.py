"""Common questions of a round, answered from its own terms, so that no answer says other than the rules do."""

from __future__ import annotations

from typing import NamedTuple

from statsbidrag.domain.counts import counted
from statsbidrag.domain.money import format_kronor
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import format_date


class Answered(NamedTuple):
    """A question and its answer."""

    question: str
    answer: str


def common_questions(grant_round: Round) -> tuple[Answered, ...]:
    """Give what municipalities ask, in the order of the year."""
    terms, agency = grant_round.terms, grant_round.agency.name
    last, opens = format_date(terms.requisition_last_day), format_date(terms.report_opens)
    span = f"från den {format_date(terms.use_from)} till och med den {format_date(terms.use_to)}"
    times = "en gång" if terms.requisitions_allowed == 1 else f"högst {terms.requisitions_allowed} gånger"
    return (
        Answered(
            "Vem skickar rekvisitionen?",
            "Kommunens godkända ombud, eller en representant som ombudet har bjudit in. En uppgiftssamordnare kan "
            "fylla i men inte skicka. Ansök om att bli ombud i god tid, minst två veckor före sista dagen.",
        ),
        Answered(
            "Hur mycket kan vi rekvirera?",
            "Hela kronor, högst det belopp som står för kommunen i fördelningslistan. Ni kan rekvirera mindre. "
            f"Kommunen kan rekvirera {times}.",
        ),
        Answered(
            "När är en rekvisition i tid?",
            f"När den har kommit in till {agency} senast den {last}. Hela den dagen räknas, och det är vår klocka som "
            "gäller. Det som är ifyllt men inte skickat har inte kommit in.",
        ),
        Answered(
            "Vad händer om rekvisitionen blir sen?",
            "Vi tar emot den och noterar när den kom. En handläggare avgör om den kan godkännas.",
        ),
        Answered(
            "Vad får pengarna inte användas till?",
            _listed(grant_round.not_allowed),
        ),
        Answered(
            "Får vi använda pengarna före rekvisitionen?",
            f"Ja, i samma år. Pengarna får användas {span}.",
        ),
        Answered(
            "Kan vi byta konto?",
            "Ja. Ombudet anmäler ett annat konto, och en handläggare kontrollerar det innan vi betalar dit.",
        ),
        Answered(
            "Hur återrapporterar vi?",
            f"Från den {opens} skickar vi en länk till kommunens registratur. Registraturen skickar länken vidare "
            f"till den som svarar. Svaret ska ha kommit in senast den {format_date(terms.report_last_day)}. Har länken "
            "försvunnit kan vem som helst be om en ny, som också går till registraturen.",
        ),
        Answered(
            "Vad ska betalas tillbaka?",
            "Pengar som inte har förbrukats och pengar som inte har använts enligt villkoren. Att återrapportera i tid "
            f"är ett villkor. Ni får först ett förslag och {counted(terms.hearing_days, 'dag', 'dagar')} att yttra er. "
            "Sedan kommer ett beslut med skäl och en faktura. Finns det särskilda skäl kan vi avstå helt eller delvis.",
        ),
        Answered("Tar ni ut ränta på ett återkrav?", terms.interest.legal_text if terms.interest else "Nej."),
        Answered(
            "Är det vi skickar in offentligt?",
            "Ja, i regel. Skriv därför inga uppgifter om enskilda personer.",
        ),
        Answered(
            "Hur mycket pengar finns det?",
            f"{format_kronor(grant_round.total)} för alla kommuner tillsammans.",
        ),
    )


def _listed(items: tuple[str, ...]) -> str:
    return " ".join(item if item.endswith(".") else f"{item}." for item in items)
