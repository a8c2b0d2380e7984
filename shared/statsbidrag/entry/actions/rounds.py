"""Actions on a round, its batches and entries in suspense."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from statsbidrag.domain.batches import BATCH, Batch, VoidBatch
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.money import Ore, format_kronor
from statsbidrag.domain.rounds import RoundBook
from statsbidrag.domain.time import format_date
from statsbidrag.entry.actions.model import REASON, Action, Field, Offer, only, person

_CHOSEN = (
    Field("recoveries", "Återkrav", "chosen"),
    Field("total_ore", "Summa", "seen_number"),
)


def _facts(batch: Batch) -> tuple[tuple[str, str], ...]:
    day = format_date(batch.execution_date) if batch.execution_date else "–"
    return (
        ("Betalningsdag", day),
        ("Antal utbetalningar", str(len(batch.lines))),
        ("Attester", f"{len(batch.attested_by)} av {batch.attestations}"),
        ("Lagd av", person(batch.prepared_by)),
    )


def _to_attest(batch: Batch, _: datetime) -> Iterator[Offer]:
    if batch.status == "prepared":
        people = (who for who in (batch.prepared_by, *batch.attested_by) if person(who) == who)
        yield Offer(facts=_facts(batch), barred=tuple(people))


def _to_void(batch: Batch, now: datetime) -> Iterator[Offer]:
    try:
        if BATCH.decide(batch, VoidBatch("Skäl.", ""), now):
            yield Offer(facts=_facts(batch))
    except Refusal:
        return


def _lists(book: RoundBook, _: datetime) -> Iterator[Offer]:
    for listed in book.lists:
        if listed.status == "checked":
            total = Ore(sum(share.amount for share in listed.shares))
            yield Offer(
                listed.id,
                f"fördelningslista {listed.id}",
                (
                    ("Kommuner", str(len(listed.shares))),
                    ("Summa", format_kronor(total)),
                    ("Inlagd av", listed.uploaded_by),
                ),
                barred=(listed.uploaded_by,),
            )


ACTIONS = (
    Action(
        "attestera",
        "Attestera betalningen",
        "Räkna av kontrollsumman mot ditt underlag och skriv den. Den sista attesten lämnar betalningen till banken.",
        "Betalningen är attesterad.",
        "/batches/{batch}/attestations",
        "batch",
        _to_attest,
        (Field("total_ore", "Kontrollsumma", "kronor", "Skriv summan av alla utbetalningar."),),
    ),
    Action(
        "makulera-betalning",
        "Makulera betalningen",
        "Betalningen lämnas inte till banken. Utbetalningarna kommer med i en annan.",
        "Betalningen är makulerad.",
        "/batches/{batch}/void",
        "batch",
        _to_void,
        (REASON,),
    ),
    Action(
        "lagg-betalning",
        "Lägg en betalning nu",
        "Allt som ska betalas ut läggs i en betalning. Du kan inte attestera den sedan.",
        "Det som ska betalas ut ligger i en betalning som väntar på attest.",
        "/rounds/{round}/batches",
        "round",
        lambda *_: only(Offer()),
    ),
    Action(
        "godkann-lista",
        "Godkänn fördelningslistan",
        "Varje kommun får sitt ärende och sitt belopp efter listan.",
        "Fördelningslistan är godkänd.",
        "/rounds/{round}/allocation-lists/{list}/approval",
        "round",
        _lists,
    ),
    Action(
        "bered-eniga",
        "Bered de valda återkraven",
        "Alla valda krävs i sin helhet av samma skäl. En annan handläggare fattar besluten.",
        "De valda återkraven är beredda. De som inte gick att bereda står kvar i listan.",
        "/rounds/{round}/recoveries/preparations",
        "round",
        lambda *_: only(Offer()),
        (*_CHOSEN, Field("reasons", "Skäl för besluten", help="Skälen står i besluten till kommunerna.")),
    ),
    Action(
        "besluta-eniga",
        "Besluta de valda återkraven",
        "Kommunerna får sina beslut och fakturor.",
        "De valda återkraven är beslutade. De som inte gick att besluta står kvar i listan.",
        "/rounds/{round}/recoveries/decisions",
        "round",
        lambda *_: only(Offer()),
        _CHOSEN,
    ),
    Action(
        "placera-post",
        "Placera posten",
        "Posten bokas som betalning på fakturan. Det som är för mycket blir överskott. Det går inte att ångra här.",
        "Posten är placerad.",
        "/entries/placements",
        "entries",
        lambda *_: only(Offer()),
        (
            Field("entry", "Bankens post", "line", "Bankens referens, som den står i listan."),
            Field("round", "Bidragsår", "line", "Fyra siffror."),
            Field("municipality", "Kommunkod", "line", "Fyra siffror."),
            Field("invoice", "Faktura", "line", "Fakturans nummer, till exempel I-2025-0114-1."),
        ),
    ),
)
