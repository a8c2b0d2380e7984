"""What staff read for what the system calls in English: tasks, and where a case, payout or batch stands."""

from __future__ import annotations

from collections.abc import Mapping

from statsbidrag.domain.case import CASE, Case
from statsbidrag.domain.case.state import InterestStatus
from statsbidrag.ports import DueTask

TASKS: Mapping[str, tuple[str, str]] = {
    "account_for_payout": ("Utred pengar som inte är redovisade", ""),
    "answer_complaint": ("Svara på en anmälan om skräppost", "ratta-adress"),
    "approve_account": ("Godkänn eller avslå ett konto", "godkann-konto"),
    "approve_allocation_list": ("Godkänn en fördelningslista", "godkann-lista"),
    "ask_bank_about_batch": ("Fråga banken om en betalning", ""),
    "ask_bank_about_payout": ("Fråga banken om en utbetalning", "lamna-bankens-besked"),
    "attest_batch": ("Attestera en betalning", "attestera"),
    "check_agent_confirmation": ("Fråga kommunen om ombudet stämmer", ""),
    "confirm_resolution": ("Bekräfta bankens besked", "bekrafta-bankens-besked"),
    "correct_payout_account": ("Skaffa ett konto som banken tar emot", "anmal-konto"),
    "correct_registry_address": ("Rätta registraturens adress", "ratta-adress"),
    "decide_late_agent_application": ("Ta ställning till en sen ansökan om ombud", ""),
    "decide_late_requisition": ("Ta ställning till en sen rekvisition", "avgor-sen-rekvisition"),
    "decide_reconsideration": ("Besluta en omprövning", "besluta-omprovning"),
    "decide_recovery": ("Fatta ett beslut", "fatta-beslut"),
    "decide_set_off": ("Besluta en kvittning", "besluta-kvittning"),
    "decide_write_off": ("Besluta en avskrivning", "besluta-avskrivning"),
    "follow_up_missing_records": ("Följ upp underlag som inte har kommit", "avsluta-stickprov"),
    "follow_up_unpaid_invoice": ("Följ upp en obetald faktura", ""),
    "note_appeal_outcome": ("Notera hur ett överklagande gick", "notera-utgang"),
    "place_entry": ("Placera en inbetalning", ""),
    "prepare_agreed_decision": ("Bered ett beslut som kommunen godtar", "bered-beslut"),
    "prepare_decision": ("Bered ett beslut", "bered-beslut"),
    "propose_write_off": ("Föreslå avskrivning av en liten rest", "foresla-avskrivning"),
    "prove_delivery_of_report_link": ("Utred om länken kom fram", "styrk-delgivning"),
    "reconsider_after_appeal": ("Bered en omprövning efter överklagande", "bered-omprovning"),
    "reconsider_after_late_report": ("Bered en omprövning efter en sen rapport", "bered-omprovning"),
    "refund_surplus": ("Betala tillbaka ett överskott", "betala-tillbaka-overskott"),
    "reissue_payout": ("Betala på nytt", "betala-pa-nytt"),
    "renew_report_link": ("Skicka en ny länk", "skicka-ny-lank"),
    "review_agent_application": ("Pröva en ansökan om att bli ombud", ""),
    "review_hold": ("Se över ett stopp", "hav-stopp"),
    "review_records": ("Granska underlag till ett stickprov", "avsluta-stickprov"),
    "weigh_objection": ("Bedöm en invändning och bered beslutet", "bered-beslut"),
}
"""Each task of an officer: what to do, and the action that does it if one alone does."""

STAGES: Mapping[str, str] = {
    "allocated": "Har inte rekvirerat",
    "received": "Rekvisition prövas",
    "with_officer": "Sen rekvisition hos handläggare",
    "awaiting_account": "Konto väntar på godkännande",
    "rejected": "Avslag eller avvisad betalning",
    "approved": "Rekvisition godkänd",
    "ordered": "Utbetalning beordrad",
    "batched": "Utbetalning i en betalning",
    "sent": "Utbetalning hos banken",
    "unknown": "Okänt om utbetalningen är gjord",
    "settled": "Utbetald",
    "returned": "Utbetalning tillbaka",
    "void": "Utbetalning makulerad",
    "paid": "Utbetald",
    "report_due": "Återrapport väntas",
    "reported": "Återrapport bedöms",
    "under_check": "Stickprov pågår",
    "hearing": "Kommunen hörs om återkrav",
    "prepared": "Beslut berett",
    "decided": "Beslut fattat",
    "appealed": "Överklagat",
    "invoiced": "Faktura obetald",
    "closed": "Klart",
}
"""Where a case stands, in the order of the year."""

STATUSES: Mapping[str, str] = {
    # payouts
    "ordered": "beordrad",
    "batched": "i en betalning",
    "sent": "hos banken",
    "unknown": "okänd",
    "settled": "bokad",
    "rejected": "avvisad",
    "returned": "tillbaka",
    "void": "makulerad",
    # batches
    "planned": "läggs",
    "prepared": "väntar på attest",
    "attested": "attesterad",
    "cleared": "klar för banken",
    "acknowledged": "mottagen av banken",
    # requisitions
    "received": "inkommen",
    "with_officer": "hos handläggare",
    "awaiting_account": "väntar på konto",
    "approved": "godkänd",
    # account changes and set-offs
    "waiting": "väntar",
    "declined": "avslagen",
    "decided": "beslutad",
    # recoveries
    "hearing": "kommunen hörs",
    "withdrawn": "återkallad",
    # e-mail
    "owed": "ska skickas",
    "delivered": "framme",
    "bounced": "studsade",
    "renewed": "studsade, skickad igen",
}
"""One word of a list, in Swedish."""

INTEREST: Mapping[InterestStatus, str] = {
    "claimed": "krävd",
    "too_small": "för liten att kräva",
    "waived": "efterskänkt",
}
"""What became of interest."""


def task_name(kind: str) -> str:
    """Give what a task asks for; one without words keeps its name, so that it is seen all the same."""
    return TASKS[kind][0] if kind in TASKS else kind


def way_of(due: DueTask) -> str:
    """Give the way from the site's root to where a task is done."""
    kind, _, rest = due.key.partition("#")
    if kind == "CASE":
        return f"handlaggning/arende/{rest.replace('#', '/')}"
    if kind == "BATCH":
        return f"handlaggning/batch/{rest}"
    if kind == "ROUND":
        return f"handlaggning/omgang/{rest}"
    if kind == "ENTRY":
        return "handlaggning/avprickning"
    if kind == "AGENTS":
        return f"handlaggning/ombud/kommun/{rest}"
    return "handlaggning/stopp" if kind == "HOLDS" and rest == "ALL" else f"handlaggning/omgang/{rest}"


def action_way(due: DueTask) -> str:
    """Give the way to the form of what a task asks for; to its page where no one form does it."""
    action = TASKS[due.task.kind][1] if due.task.kind in TASKS else ""
    way = way_of(due)
    if not action or due.key.split("#")[0] not in ("CASE", "ROUND"):
        return way
    return f"{way}/atgard/{action}?om={due.task.about}"


def whose(due: DueTask) -> str:
    """Name what a task is about, for people: a case number, a batch, a round or an entry."""
    kind, _, rest = due.key.partition("#")
    if kind == "CASE":
        round_id, _, municipality = rest.partition("#")
        return f"9.3-{municipality}/{round_id}"
    return {"ROUND": f"Omgång {rest}", "HOLDS": "Allt" if rest == "ALL" else f"Omgång {rest}"}.get(kind, rest)


def stage(case: Case) -> str:
    """Say where a case stands."""
    status = CASE.status(case)
    return STAGES.get(status, status)
