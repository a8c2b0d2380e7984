"""What is tried: for every function a prepared world, its sample event, and what may happen beside it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from local.ses_events import Sent, events_of
from statsbidrag.adapters.aws import client
from statsbidrag.domain.money import Ore, kronor
from tests.faults import bank_files as bank
from tests.faults.bank_files import ANOTHERS, FIRST, SECOND
from tests.faults.outcome import Compared
from tests.faults.stack import ROOT, functions
from tests.faults.stages import AGENTS_FILE, ALLOCATION_FILE, CLAIM, OCR, REGISTER_FILE, ROUND_FILE, Year
from tests.faults.world import World

REMINDING = datetime(2026, 2, 14, 6, tzinfo=UTC)
MISSING = datetime(2026, 3, 8, 8, tzinfo=UTC)
STATEMENT_CAME = datetime(2025, 5, 8, 19, tzinfo=UTC)
LINK_MAIL = f"2025-{FIRST}-report_link-1"
AN_EMPTY_BATCH = "B-2025-20250507-2"


class Delivery(msgspec.Struct, frozen=True):
    """Something that AWS brings to a function.

    Attributes
    ----------
    event
        The event; of a function behind a queue the bodies of its messages are what counts.
    """

    function: str
    event: dict[str, Any]

    @property
    def trigger(self) -> str:
        """What brings it: ``SQS``, ``Api`` …."""
        return functions()[self.function].trigger

    @property
    def bodies(self) -> list[str]:
        """Its messages."""
        return [record["body"] for record in self.event["Records"]]


class Scenario(msgspec.Struct, frozen=True):
    """One event in one world.

    Attributes
    ----------
    stage
        The world as `Year` left it; `at` moves its clock, `prepare` puts files in place.
    beside
        What happens around the same time: whichever comes first, all comes to the same.
    race
        Only one of them can win. They are also let in between any two calls, and all comes to what it would have come
        to in one of the two orders.
    told_again
        Whether a caller who repeats the request is told the same again.
    compared
        What of the facts must be the same.
    stays
        Whether nothing may have left for the bank.
    """

    name: str
    stage: str
    event: Callable[[Year], Delivery]
    beside: Callable[[Year], Sequence[Delivery]] = lambda _: ()
    at: datetime | None = None
    prepare: Callable[[World], None] = lambda _: None
    race: bool = False
    told_again: bool = True
    compared: Compared = lambda _, fact: fact
    stays: bool = False

    @property
    def function(self) -> str:
        """The function under trial: the first word of the name."""
        return self.name.split(",")[0]


def sample(function: str, name: str) -> dict[str, Any]:
    """Give a sample event."""
    read: dict[str, Any] = json.loads((ROOT / f"events/{function}/{name}.json").read_text(encoding="utf-8"))
    return read


def _sample(function: str, name: str, *changes: tuple[str, str]) -> Callable[[Year], Delivery]:
    """Deliver a sample event, with some texts in it replaced."""

    def deliver(_: Year) -> Delivery:
        text = json.dumps(sample(function, name), ensure_ascii=False)
        for old, new in changes:
            if old not in text:
                raise ValueError(f"{old} is not in events/{function}/{name}.json")
            text = text.replace(old, new)
        return Delivery(function, json.loads(text))

    return deliver


def _and(*deliveries: Callable[[Year], Delivery]) -> Callable[[Year], Sequence[Delivery]]:
    return lambda year: [each(year) for each in deliveries]


# Files that people and the bank put into buckets


def _objects(*files: tuple[str, str, bytes]) -> Callable[[World], None]:
    """Put objects in buckets, by the buckets' logical ids."""

    def put(world: World) -> None:
        for bucket, key, content in files:
            client("s3").put_object(
                Bucket=world.stack.buckets[bucket], Key=key, Body=content, Metadata={"uploaded-by": "officer-1"}
            )

    return put


ROUND = ("InboxBucket", "rounds/2025.toml", ROUND_FILE)
REGISTER = ("InboxBucket", "register/kommunregister.csv", REGISTER_FILE)
LIST = ("InboxBucket", "allocations/2025/fördelningslista.csv", ALLOCATION_FILE)
ANSWER = "in/00001-2025-05-07-pain.002-BANK-002-1.xml"
BOOKED = "in/00002-2025-05-08-camt.054-BANK-054-booked.xml"
_COMES_BACK = "in/00003-2025-05-12-camt.054-BANK-054-returned.xml"
AGENTS = ("InboxBucket", "agents/2025/ombud.csv", AGENTS_FILE)
STATEMENT = "in/00004-2025-05-08-camt.053-BANK-053-1.xml"


def _notified(key: str) -> Callable[[Year], Delivery]:
    """Deliver the notification of a file from the bank."""
    return _sample("read_bank_reports", "booked", (BOOKED, key))


def _repayment(world: World) -> None:
    text = bank.repayment(OCR, CLAIM)
    _objects(("BankBucket", BOOKED, text))(world)


def _told_again(world: World) -> None:
    """Another file tells of an entry that lies in suspense."""
    _bank((BOOKED, bank.repayment(OCR, kronor(1000))))(world)


def _bank(*files: tuple[str, bytes]) -> Callable[[World], None]:
    """Put files in the bank's inbox, by their keys."""
    return _objects(*(("BankBucket", key, content) for key, content in files))


# Races: the one is let in everywhere in the other, and the other way round


def _races(
    one: tuple[str, Callable[[Year], Delivery]],
    other: tuple[str, Callable[[Year], Delivery]],
    stage: str,
    compared: Compared | None = None,
    prepare: Callable[[World], None] = lambda _: None,
) -> list[Scenario]:
    """Give the scenario of each of two rivals with the other beside it; a rival is a name and what is delivered."""
    return [
        Scenario(
            f"{name}, in a race with {rival.split(',')[0]}",
            stage,
            event,
            _and(beside),
            prepare=prepare,
            race=True,
            told_again=False,
            compared=compared or _by_either,
        )
        for (name, event), (rival, beside) in ((one, other), (other, one))
    ]


def _by_either(_: str, fact: object) -> object:
    """Pass over who voided a batch and why: whoever finds the hold does."""
    if isinstance(fact, tuple) and '"void_reason":' in fact[0]:
        return re.sub(r'"void(_reason|ed_by)":"[^"]*"', "", fact[0]), *fact[1:]
    return fact


def _outside_cases(name: str, fact: object) -> object:
    """Pass over the cases too: one that is told too late for its batch may keep a hold, or a word of the bank."""
    return None if name.startswith("CASE#") else _by_either(name, fact)


def _but_signatures(name: str, fact: object) -> object:
    """Pass over receipts: the same statement is signed otherwise each time, and the first signature is kept."""
    return None if "receipts/" in name else fact


def _but_an_empty_batch(name: str, fact: object) -> object:
    """Pass over the batch of who came second: nothing was left for it, so it is void."""
    return None if name.split(maxsplit=1)[0].endswith(AN_EMPTY_BATCH) or name.endswith(AN_EMPTY_BATCH) else fact


# E-mail and its news


def _mail(name: str) -> Callable[[Year], Delivery]:
    return _sample("send_mail", name)


def _news(mail_id: str, kind: int) -> Callable[[Year], Delivery]:
    """Deliver one piece of the news of an e-mail: it was sent (0), it arrived (1)."""

    def deliver(year: Year) -> Delivery:
        sender, to = "statsbidrag@socialstyrelsen.example", ("registrator@upplands-vasby.example",)
        told = list(events_of(Sent(f"ses-{mail_id}", mail_id, sender, to, (), year.world.clock.time, ())))
        return Delivery("read_mail_events", {"Records": [{"body": json.dumps(told[kind])}]})

    return deliver


def _behind_link(name: str) -> Callable[[Year], Delivery]:
    """Deliver a call behind the report link of this run."""
    example = "exempel-exempel-exempel-exempel-exempel-lnk"
    return lambda year: _sample("receive_report", name, (example, year.token))(year)


_report, _report_form = _behind_link("send_json"), _behind_link("show_form")


def _deliveries(name: str) -> Callable[[Year], Delivery]:
    return _sample("correct_deliveries", name)


def _ask(name: str) -> Callable[[Year], Delivery]:
    return _sample("request_report_links", name)


def _ask_behind(year: Year) -> Delivery:
    """Ask as the holder of a link, whose token is another in every run."""
    token = "exempel-exempel-exempel-exempel-exempel-lnk"
    return _sample("request_report_links", "ask_by_old_link", (token, year.token))(year)


def _receipt_behind(year: Year) -> Delivery:
    return _sample("give_receipts", "report_receipt", ("exempel-exempel-exempel-exempel-exempel-lnk", year.token))(year)


def _hearing_answer(year: Year) -> Delivery:
    return _sample("receive_hearing_answers", "send_form", ("exempel-exempel-exempel-exempel-exempel-lnk", year.token))(
        year
    )


def _records(name: str) -> Callable[[Year], Delivery]:
    """Deliver a call behind the link to send accounting records."""
    token = "underlag-underlag-underlag-underlag-und-lnk"
    return lambda year: _sample("receive_records", name, (token, year.records_token))(year)


def _invitation(name: str, *changes: tuple[str, str]) -> Callable[[Year], Delivery]:
    """Deliver a call behind the code of an invitation."""
    token = "inbjudan-inbjudan-inbjudan-inbjudan-inb-lnk"
    return lambda year: _sample("accept_agent_invitations", name, (token, year.invitation), *changes)(year)


_OTHER_AGENT = (f"agent-{FIRST}", f"agent-{SECOND}"), (FIRST, SECOND), ("461836", "100000"), ("5050-1055", "9990-1159")
_SWEEP = _sample("sweep_tasks", "schedule")
_DISMISSAL = _sample("decide_late_requisitions", "decide_late", ("accepted", "dismissed"), ("officer-1", "officer-2"))
_SENDING = "send_payments", _sample("send_payments", "attested_batch")


def _hold(what: str) -> Callable[[Year], Delivery]:
    return _sample("hold_payouts", f"hold_{what}")


def _release(what: str) -> Callable[[Year], Delivery]:
    return _sample("hold_payouts", f"release_{what}")


def _correct(name: str, *changes: tuple[str, str]) -> Callable[[Year], Delivery]:
    return _sample("correct_payouts", name, *changes)


_ELSEWHERE = (FIRST, SECOND), ("officer-1", "officer-2")
"""Another person places an entry on the other municipality's invoice."""
_SHOW_PAYOUTS = _correct("show_payouts")
_SAYS_OTHERWISE = _correct("propose_resolution", ("not_carried_out", "carried_out"), ("officer-1", "attester-2"))

SCENARIOS: tuple[Scenario, ...] = (
    Scenario(
        "import_rounds",
        "nothing",
        _sample("import_rounds", "round_file"),
        _and(_sample("import_register", "register_file")),
        prepare=_objects(ROUND, REGISTER),
    ),
    Scenario(
        "import_rounds, a file that cannot be read",
        "nothing",
        _sample("import_rounds", "round_file"),
        prepare=_objects(("InboxBucket", ROUND[1], b"id = 2025\n")),
    ),
    Scenario(
        "import_register",
        "round open",
        _sample("import_register", "register_file"),
        _and(_sample("import_rounds", "round_file")),
        prepare=_objects(ROUND, REGISTER),
    ),
    Scenario(
        "import_allocations",
        "registered",
        _sample("import_allocations", "allocation_list"),
        _and(_sample("import_register", "register_file")),
        prepare=_objects(LIST, REGISTER),
    ),
    Scenario(
        "import_allocations, a list that does not sum to the total",
        "registered",
        _sample("import_allocations", "allocation_list"),
        prepare=_objects(("InboxBucket", LIST[1], ALLOCATION_FILE.replace(b"461836", b"461837"))),
    ),
    Scenario(
        "approve_allocations",
        "list checked",
        _sample("approve_allocations", "approve"),
        _and(_sample("list_tasks", "show_tasks")),
    ),
    Scenario("open_cases", "list approved", _sample("open_cases", "approved_list"), _and(_SWEEP)),
    Scenario("authorize", "opened", _sample("authorize", "with_cookie")),
    Scenario("sign_in", "opened", _sample("sign_in", "renew")),
    Scenario("show_pages", "opened", _sample("show_pages", "round")),
    Scenario("show_pages, the start", "opened", _sample("show_pages", "start")),
    Scenario("show_case", "invoiced", _sample("show_case", "home")),
    Scenario("show_case, a document", "invoiced", _sample("show_case", "document")),
    Scenario(
        "propose_accounts",
        "batched",
        _sample("propose_accounts", "send_account"),
        _and(_sample("propose_accounts", "show_account")),
        told_again=False,
    ),
    Scenario(
        "give_receipts",
        "reported",
        _sample("give_receipts", "receipt"),
        _and(_sample("give_receipts", "receipt")),
        told_again=False,
        compared=_but_signatures,
    ),
    Scenario("give_receipts, of a report", "reported", _receipt_behind, told_again=False, compared=_but_signatures),
    Scenario("give_receipts, the key", "reported", _sample("give_receipts", "key")),
    Scenario(
        "receive_requisition, by a program",
        "requisitions open",
        _sample("receive_requisition", "send_json"),
        _and(_sample("receive_requisition", "send_json", *_OTHER_AGENT)),
    ),
    Scenario(
        "receive_requisition, by a person",
        "requisitions open",
        _sample("receive_requisition", "send_form"),
        _and(_sample("receive_requisition", "show_form")),
    ),
    Scenario(
        "receive_requisition, a draft",
        "requisitions open",
        _sample("receive_requisition", "save_only"),
        _and(_sample("receive_requisition", "show_form")),
    ),
    Scenario(
        "receive_requisition, beside a draft",
        "requisition drafted",
        _sample("receive_requisition", "show_form"),
        _and(_sample("receive_requisition", "show_form")),
    ),
    Scenario(
        "validate_requisition",
        "requisitioned",
        _sample("validate_requisition", "two_requisitions"),
        _and(_sample("relay_tasks", "new_tasks")),
    ),
    Scenario(
        "validate_requisition, a message that is no task",
        "requisitioned",
        _sample("validate_requisition", "two_requisitions", ('\\"about\\":\\"1\\",', "")),
        _and(_sample("validate_requisition", "two_requisitions")),
    ),
    Scenario("queue_payouts", "payday", _sample("queue_payouts", "schedule"), _and(_SWEEP)),
    Scenario("queue_payouts, the round on hold", "payday, the round on hold", _sample("queue_payouts", "schedule")),
    Scenario("queue_payouts, a municipality on hold", "a municipality on hold", _sample("queue_payouts", "schedule")),
    Scenario("prepare_payouts", "payday", _sample("prepare_payouts", "prepare"), _and(_SWEEP)),
    *_races(
        ("prepare_payouts", _sample("prepare_payouts", "prepare")),
        ("queue_payouts", _sample("queue_payouts", "schedule")),
        "payday",
        _but_an_empty_batch,
    ),
    Scenario(
        "attest_payouts",
        "attested once",
        _sample("attest_payouts", "attest"),
        _and(
            _sample("attest_payouts", "attest", ("attester-2", "attester-1")), _sample("attest_payouts", "show_batch")
        ),
    ),
    *_races(
        ("attest_payouts, by the second person", _sample("attest_payouts", "attest")),
        ("attest_payouts, by the first person", _sample("attest_payouts", "attest", ("attester-2", "attester-1"))),
        "batched",
    ),
    Scenario(
        "attest_payouts, void",
        "attested",
        _sample("attest_payouts", "void"),
        _and(_sample("attest_payouts", "show_batch")),
        stays=True,
    ),
    *_races(("attest_payouts, void", _sample("attest_payouts", "void")), _SENDING, "attested"),
    Scenario(
        "send_payments",
        "attested",
        _sample("send_payments", "attested_batch"),
        _and(_notified(ANSWER)),
        prepare=_objects(("BankBucket", ANSWER, bank.answer())),
    ),
    Scenario(
        "send_payments, the round on hold",
        "the round on hold, the batch not marked",
        _sample("send_payments", "attested_batch"),
        _and(_SWEEP),
        stays=True,
    ),
    Scenario(
        "send_payments, a payout in it on hold",
        "a municipality on hold, the batch not void",
        _sample("send_payments", "attested_batch"),
        _and(_SWEEP),
        stays=True,
    ),
    Scenario(
        "send_payments, a void batch",
        "batch void",
        _sample("send_payments", "void_batch"),
        _and(_sample("attest_payouts", "void")),
    ),
    Scenario(
        "send_payments, a void batch while the next is prepared",
        "batch void",
        _sample("send_payments", "void_batch"),
        _and(_sample("queue_payouts", "schedule")),
        race=True,
        compared=lambda name, fact: None,
    ),
    Scenario(
        "send_payments, the bank silent",
        "bank silent",
        _sample("send_payments", "silent_payouts"),
        _and(_sample("read_bank_reports", "booked")),
        prepare=_bank((BOOKED, bank.bookings())),
    ),
    # Accounts, holds and corrections
    Scenario(
        "change_accounts, proposed",
        "attested",
        _sample("change_accounts", "propose"),
        _and(_sample("change_accounts", "show_account")),
        stays=True,
    ),
    *_races(("change_accounts, proposed", _sample("change_accounts", "propose")), _SENDING, "attested", _outside_cases),
    Scenario(
        "change_accounts, approved",
        "account proposed",
        _sample("change_accounts", "approve"),
        _and(_sample("change_accounts", "propose"), _sample("change_accounts", "show_account")),
    ),
    Scenario(
        "change_accounts, declined",
        "account proposed",
        _sample("change_accounts", "decline"),
        _and(_sample("send_payments", "void_batch")),
    ),
    *_races(
        ("change_accounts, approved", _sample("change_accounts", "approve")),
        ("change_accounts, declined", _sample("change_accounts", "decline", ("officer-1", "officer-2"))),
        "account proposed",
    ),
    Scenario(
        "decide_late_requisitions",
        "requisitioned late",
        _sample("decide_late_requisitions", "decide_late"),
        _and(_sample("change_accounts", "show_account")),
        stays=True,
    ),
    *_races(
        ("decide_late_requisitions, taken up", _sample("decide_late_requisitions", "decide_late")),
        ("decide_late_requisitions, dismissed", _DISMISSAL),
        "requisitioned late",
    ),
    Scenario(
        "hold_payouts, a municipality",
        "attested",
        _hold("municipality"),
        _and(_sample("hold_payouts", "show_municipality")),
        stays=True,
    ),
    Scenario(
        "hold_payouts, a payout",
        "attested",
        _hold("payout"),
        _and(_sample("hold_payouts", "show_municipality")),
        stays=True,
    ),
    Scenario(
        "hold_payouts, a round", "attested", _hold("round"), _and(_sample("hold_payouts", "show_round")), stays=True
    ),
    Scenario(
        "hold_payouts, everything",
        "attested",
        _hold("everything"),
        _and(_sample("hold_payouts", "show_everything")),
        stays=True,
    ),
    *_races(("hold_payouts, a municipality", _hold("municipality")), _SENDING, "attested"),
    *_races(("hold_payouts, a round", _hold("round")), ("send_payments, of a round", _SENDING[1]), "attested"),
    *_races(("hold_payouts, everything", _hold("everything")), ("send_payments, as all", _SENDING[1]), "attested"),
    Scenario(
        "hold_payouts, a municipality released",
        "a municipality on hold",
        _release("municipality"),
        _and(_sample("hold_payouts", "show_municipality")),
    ),
    Scenario("hold_payouts, a round released", "the round on hold", _release("round"), _and(_SWEEP)),
    Scenario("hold_payouts, everything released", "everything on hold", _release("everything"), _and(_SWEEP)),
    *_races(
        ("hold_payouts, released", _release("round")),
        ("send_payments, the round on hold", _SENDING[1]),
        "the round on hold, the batch not marked",
    ),
    Scenario("correct_payouts, void", "account approved", _correct("void"), _and(_SHOW_PAYOUTS)),
    Scenario("correct_payouts, issued anew", "payout void", _correct("reissue"), _and(_SHOW_PAYOUTS)),
    Scenario(
        "correct_payouts, issued anew after the bank refused it",
        "payout rejected, account approved",
        _correct("reissue", (f"P-2025-{FIRST}-1", f"P-2025-{SECOND}-1"), (FIRST, SECOND)),
        _and(_SHOW_PAYOUTS),
    ),
    *_races(
        ("correct_payouts, issued anew", _correct("reissue")),
        ("correct_payouts, issued anew by another", _correct("reissue", ("officer-1", "officer-2"))),
        "payout void",
    ),
    Scenario("correct_payouts, a word", "payouts unknown", _correct("propose_resolution"), _and(_SHOW_PAYOUTS)),
    *_races(
        ("correct_payouts, a word", _correct("propose_resolution")),
        ("correct_payouts, another word", _SAYS_OTHERWISE),
        "payouts unknown",
    ),
    Scenario(
        "correct_payouts, confirmed",
        "bank's word waits",
        _correct("confirm_resolution"),
        _and(_SHOW_PAYOUTS),
    ),
    Scenario(
        "correct_payouts, confirmed of the last in its batch",
        "bank's word waits of the last",
        _correct("confirm_resolution"),
        _and(_SHOW_PAYOUTS),
    ),
    *_races(
        ("correct_payouts, confirmed of the last", _correct("confirm_resolution")),
        ("read_bank_reports, the last booked after all", _sample("read_bank_reports", "booked")),
        "bank's word waits of the last",
        _outside_cases,
        _bank((BOOKED, bank.bookings([FIRST]))),
    ),
    *_races(
        ("correct_payouts, confirmed", _correct("confirm_resolution")),
        ("correct_payouts, confirmed by another", _correct("confirm_resolution", ("attester-1", "officer-2"))),
        "bank's word waits",
    ),
    *_races(
        ("correct_payouts, confirmed", _correct("confirm_resolution")),
        ("read_bank_reports, booked after all", _sample("read_bank_reports", "booked")),
        "bank's word waits",
        prepare=_bank((BOOKED, bank.bookings())),
    ),
    Scenario(
        "read_bank_reports, one payment refused",
        "sent",
        _sample("read_bank_reports", "status_report"),
        _and(_sample("read_bank_reports", "booked")),
        prepare=_objects(("BankBucket", ANSWER, bank.answer()), ("BankBucket", BOOKED, bank.bookings([FIRST]))),
    ),
    Scenario(
        "read_bank_reports, the file refused",
        "sent",
        _sample("read_bank_reports", "status_report"),
        prepare=_objects(("BankBucket", ANSWER, bank.answer("RJCT", ()))),
    ),
    Scenario(
        "read_bank_reports, booked",
        "sent",
        _sample("read_bank_reports", "booked"),
        _and(_sample("read_bank_reports", "status_report")),
        prepare=_objects(("BankBucket", ANSWER, bank.answer("ACCP", ())), ("BankBucket", BOOKED, bank.bookings())),
    ),
    Scenario(
        "read_bank_reports, booked and soon returned",
        "sent",
        _sample("read_bank_reports", "booked"),
        _and(_notified(_COMES_BACK)),
        prepare=_objects(("BankBucket", BOOKED, bank.bookings()), ("BankBucket", _COMES_BACK, bank.returned())),
    ),
    Scenario(
        "read_bank_reports, booked after it was sent again",
        "sent again",
        _sample("read_bank_reports", "booked"),
        _and(_sample("read_bank_reports", "statement")),
        prepare=_bank((BOOKED, bank.bookings()), (STATEMENT, bank.statement())),
    ),
    Scenario(
        "read_bank_reports, a statement",
        "sent",
        _sample("read_bank_reports", "statement"),
        _and(_sample("read_bank_reports", "booked")),
        at=STATEMENT_CAME,
        prepare=_bank((BOOKED, bank.bookings()), (STATEMENT, bank.statement())),
    ),
    Scenario(
        "read_bank_reports, a statement with a gap",
        "sent",
        _sample("read_bank_reports", "statement"),
        at=STATEMENT_CAME,
        prepare=_bank((STATEMENT, bank.statement(missing=Ore(1)))),
    ),
    Scenario(
        "read_bank_reports, of another account",
        "sent",
        _sample("read_bank_reports", "booked"),
        prepare=_bank((BOOKED, bank.bookings(account=ANOTHERS))),
    ),
    Scenario(
        "read_bank_reports, another file of a name that was read",
        "settled",
        _sample("read_bank_reports", "booked"),
        prepare=_bank((BOOKED, bank.bookings([FIRST]))),
    ),
    Scenario(
        "reconcile_payments",
        "settled",
        _sample("reconcile_payments", "schedule"),
        _and(_sample("show_reconciliation", "show_json")),
    ),
    Scenario(
        "show_reconciliation",
        "reconciled",
        _sample("show_reconciliation", "show_json"),
        _and(_sample("reconcile_payments", "schedule")),
    ),
    Scenario("show_reconciliation, as a file", "reconciled", _sample("show_reconciliation", "download_csv")),
    Scenario("read_bank_reports, repaid", "invoiced", _sample("read_bank_reports", "booked"), prepare=_repayment),
    Scenario(
        "read_bank_reports, a file that cannot be read",
        "sent",
        _sample("read_bank_reports", "booked"),
        prepare=_objects(("BankBucket", BOOKED, b"<Document/>")),
    ),
    Scenario("send_report_links", "links due", _sample("send_report_links", "schedule"), _and(_SWEEP)),
    Scenario(
        "send_report_links, reminders", "linked", _sample("send_report_links", "schedule"), _and(_SWEEP), at=REMINDING
    ),
    Scenario("send_mail, receipts", "requisitioned, mail owed", _mail("receipts"), _and(_SWEEP)),
    Scenario("send_mail, a report link", "linked, mail owed", _mail("report_links"), _and(_SWEEP)),
    Scenario("send_mail, an invoice", "invoiced, mail owed", _mail("invoice"), _and(_SWEEP)),
    Scenario(
        "read_mail_events, delivered",
        "linked, mail owed",
        _sample("read_mail_events", "delivered"),
        _and(_sample("read_mail_events", "sent")),
    ),
    Scenario("read_mail_events, bounced", "linked", _sample("read_mail_events", "bounced"), _and(_news(LINK_MAIL, 1))),
    Scenario(
        "read_mail_events, complained about",
        "linked",
        _sample("read_mail_events", "complained"),
        _and(_news(LINK_MAIL, 1)),
    ),
    Scenario("receive_report", "reporting", _report, _and(_report_form)),
    Scenario("request_report_links", "reporting", _ask("ask_by_municipality"), _and(_ask("show_form"))),
    Scenario("request_report_links, with a link", "reporting", _ask_behind, _and(_ask("ask_by_municipality"))),
    Scenario(
        "correct_deliveries, the link renewed",
        "reporting",
        _deliveries("renew"),
        _and(_deliveries("show_deliveries")),
    ),
    Scenario(
        "correct_deliveries, links revoked", "reporting", _deliveries("revoke"), _and(_deliveries("show_deliveries"))
    ),
    *_races(
        ("correct_deliveries, links revoked", _deliveries("revoke")),
        ("receive_report, by a link that is revoked", _report),
        "reporting",
    ),
    Scenario(
        "correct_deliveries, the address corrected",
        "link bounced",
        _deliveries("correct_address"),
        _and(_deliveries("show_deliveries")),
    ),
    Scenario(
        "correct_deliveries, delivery proven",
        "reporting",
        _deliveries("prove"),
        _and(_deliveries("show_deliveries")),
        at=REMINDING,
    ),
    Scenario("receive_report, a draft", "reporting", _behind_link("save_draft"), _and(_report_form)),
    Scenario("receive_report, beside a draft", "draft saved", _behind_link("show_draft"), _and(_report_form)),
    Scenario("assess_reports", "reported", _sample("assess_reports", "report"), _and(_SWEEP)),
    Scenario(
        "assess_reports, one of them missing",
        "reported",
        _sample("assess_reports", "report_and_missing_report"),
        _and(_SWEEP),
        at=MISSING,
    ),
    Scenario(
        "receive_hearing_answers",
        "heard",
        _hearing_answer,
        _and(_sample("receive_hearing_answers", "show_view")),
    ),
    *_races(
        ("receive_hearing_answers, as the agent", _sample("receive_hearing_answers", "send_json")),
        ("decide_recoveries, prepared meanwhile", _sample("decide_recoveries", "prepare")),
        "hearing over",
    ),
    Scenario(
        "decide_recoveries, longer to answer",
        "heard",
        _sample("decide_recoveries", "extend"),
        _and(_sample("decide_recoveries", "show_recovery")),
    ),
    Scenario(
        "draw_spot_checks",
        "heard",
        _sample("draw_spot_checks", "draw"),
        _and(_sample("draw_spot_checks", "show_draws")),
    ),
    *_races(
        ("draw_spot_checks", _sample("draw_spot_checks", "draw")),
        ("draw_spot_checks, by another", _sample("draw_spot_checks", "draw", ("2026-04-01", "2026-04-02"))),
        "heard",
    ),
    Scenario("draw_spot_checks, shown", "drawn", _sample("draw_spot_checks", "show_draw"), _and(_SWEEP)),
    Scenario("send_report_links, records asked for", "drawn", _sample("send_report_links", "schedule"), _and(_SWEEP)),
    Scenario("send_mail, records asked for", "records asked for, mail owed", _mail("records_request"), _and(_SWEEP)),
    Scenario("send_mail, records received", "records received, mail owed", _mail("records_receipt"), _and(_SWEEP)),
    Scenario(
        "conclude_spot_checks, a link renewed",
        "records received",
        _sample("conclude_spot_checks", "renew_link"),
        _and(_sample("conclude_spot_checks", "show_check")),
    ),
    Scenario("receive_records", "records asked for", _records("send_json"), _and(_records("show_form"))),
    Scenario("receive_records, by form", "records asked for", _records("send_files"), _and(_records("send_json"))),
    Scenario(
        "conclude_spot_checks",
        "records received",
        _sample("conclude_spot_checks", "conclude"),
        _and(_sample("conclude_spot_checks", "show_check")),
    ),
    *_races(
        ("conclude_spot_checks", _sample("conclude_spot_checks", "conclude")),
        ("conclude_spot_checks, by another", _sample("conclude_spot_checks", "conclude", ("officer-1", "officer-2"))),
        "records received",
    ),
    Scenario(
        "decide_recoveries, prepared",
        "hearing over",
        _sample("decide_recoveries", "prepare"),
        _and(_sample("decide_recoveries", "show_recovery")),
    ),
    Scenario(
        "decide_recoveries, decided",
        "prepared",
        _sample("decide_recoveries", "decide"),
        _and(_sample("decide_recoveries", "prepare")),
    ),
    Scenario(
        "decide_undisputed, prepared",
        "hearing over",
        _sample("decide_undisputed", "prepare_undisputed"),
        _and(_sample("decide_undisputed", "show_undisputed")),
    ),
    Scenario(
        "decide_undisputed, decided",
        "prepared",
        _sample("decide_undisputed", "decide_undisputed"),
        _and(_sample("decide_undisputed", "show_undisputed")),
    ),
    *_races(
        ("decide_undisputed, decided", _sample("decide_undisputed", "decide_undisputed")),
        ("decide_recoveries, decided", _sample("decide_recoveries", "decide")),
        "prepared",
    ),
    Scenario(
        "send_decision_letters",
        "decided",
        _sample("send_decision_letters", "decision"),
        _and(_sample("raise_repayment_invoices", "schedule")),
    ),
    Scenario(
        "send_decision_letters, a reconsideration",
        "reconsidered",
        _sample("send_decision_letters", "reconsideration"),
        _and(_sample("raise_repayment_invoices", "schedule")),
    ),
    Scenario(
        "raise_repayment_invoices",
        "decided",
        _sample("raise_repayment_invoices", "schedule"),
        _and(_sample("send_decision_letters", "decision")),
    ),
    Scenario(
        "raise_repayment_invoices, a reminder",
        "invoice overdue",
        _sample("raise_repayment_invoices", "schedule"),
        _and(_sample("settle_invoices", "show_invoices")),
    ),
    *_races(
        ("raise_repayment_invoices, a reminder", _sample("raise_repayment_invoices", "schedule")),
        ("read_bank_reports, repaid", _sample("read_bank_reports", "booked")),
        "invoice overdue",
        prepare=_repayment,
    ),
    Scenario(
        "raise_repayment_invoices, a credit note",
        "reconsidered",
        _sample("raise_repayment_invoices", "schedule"),
        _and(_sample("reconsider_recoveries", "show_reconsideration")),
    ),
    Scenario("send_mail, a reminder of an invoice", "reminded, mail owed", _mail("invoice_reminder"), _and(_SWEEP)),
    Scenario("send_mail, a credit note", "credit note filed, mail owed", _mail("credit_note"), _and(_SWEEP)),
    Scenario(
        "change_reports, extended",
        "reporting",
        _sample("change_reports", "extend"),
        _and(_sample("change_reports", "show_report")),
    ),
    Scenario(
        "change_reports, reopened",
        "heard",
        _sample("change_reports", "reopen"),
        _and(_sample("change_reports", "show_report")),
    ),
    *_races(
        ("change_reports, reopened", _sample("change_reports", "reopen")),
        ("decide_recoveries, decided meanwhile", _sample("decide_recoveries", "decide")),
        "prepared",
    ),
    *_races(
        ("change_reports, extended", _sample("change_reports", "extend")),
        ("receive_report, sent meanwhile", _report),
        "reporting",
    ),
    Scenario(
        "reconsider_recoveries, prepared",
        "invoiced",
        _sample("reconsider_recoveries", "prepare"),
        _and(_sample("reconsider_recoveries", "show_reconsideration")),
    ),
    Scenario(
        "reconsider_recoveries, decided",
        "reconsideration prepared",
        _sample("reconsider_recoveries", "decide"),
        _and(_sample("reconsider_recoveries", "show_reconsideration")),
    ),
    *_races(
        ("reconsider_recoveries, decided", _sample("reconsider_recoveries", "decide")),
        ("read_bank_reports, repaid meanwhile", _sample("read_bank_reports", "booked")),
        "reconsideration prepared",
        prepare=_repayment,
    ),
    *_races(
        ("reconsider_recoveries, decided", _sample("reconsider_recoveries", "decide")),
        (
            "reconsider_recoveries, decided by another",
            _sample("reconsider_recoveries", "decide", ("officer-2", "officer-3")),
        ),
        "reconsideration prepared",
    ),
    Scenario(
        "note_appeals",
        "invoiced",
        _sample("note_appeals", "note"),
        _and(_sample("note_appeals", "show_appeals")),
    ),
    Scenario(
        "note_appeals, ended",
        "appealed",
        _sample("note_appeals", "end"),
        _and(_sample("note_appeals", "show_appeals")),
    ),
    Scenario(
        "settle_invoices, a write-off proposed",
        "invoiced",
        _sample("settle_invoices", "propose_write_off"),
        _and(_sample("settle_invoices", "show_invoices")),
    ),
    Scenario(
        "settle_invoices, a write-off decided",
        "write-off proposed",
        _sample("settle_invoices", "decide_write_off"),
        _and(_sample("settle_invoices", "show_invoices")),
    ),
    *_races(
        ("settle_invoices, a write-off decided", _sample("settle_invoices", "decide_write_off")),
        ("read_bank_reports, repaid before it is given up", _sample("read_bank_reports", "booked")),
        "write-off proposed",
        prepare=_repayment,
    ),
    Scenario(
        "settle_invoices, refunded",
        "repaid too much",
        _sample("settle_invoices", "refund"),
        _and(_sample("settle_invoices", "show_invoices")),
        told_again=False,
    ),
    *_races(
        ("settle_invoices, refunded", _sample("settle_invoices", "refund")),
        ("settle_invoices, refunded by another", _sample("settle_invoices", "refund", ("officer-1", "officer-2"))),
        "repaid too much",
    ),
    Scenario(
        "change_invoices, issued anew",
        "invoiced",
        _sample("change_invoices", "reissue"),
        _and(_sample("settle_invoices", "show_invoices")),
    ),
    Scenario(
        "change_invoices, a set-off proposed",
        "unpaid, and a payout left",
        _sample("change_invoices", "propose_set_off"),
        _and(_sample("settle_invoices", "show_invoices")),
    ),
    Scenario(
        "change_invoices, set off",
        "set-off proposed",
        _sample("change_invoices", "decide_set_off"),
        _and(_sample("settle_invoices", "show_invoices")),
    ),
    Scenario(
        "change_invoices, not set off",
        "set-off proposed",
        _sample("change_invoices", "decline_set_off"),
        _and(_sample("settle_invoices", "show_invoices")),
    ),
    *_races(
        ("change_invoices, set off", _sample("change_invoices", "decide_set_off")),
        ("read_bank_reports, repaid before it is set off", _sample("read_bank_reports", "booked")),
        "set-off proposed",
        prepare=_repayment,
    ),
    Scenario(
        "charge_interest, claimed",
        "paid late",
        _sample("charge_interest", "claim"),
        _and(_sample("charge_interest", "show_interest")),
    ),
    Scenario(
        "charge_interest, waived",
        "paid late",
        _sample("charge_interest", "waive"),
        _and(_sample("charge_interest", "show_interest")),
    ),
    *_races(
        ("charge_interest, claimed", _sample("charge_interest", "claim")),
        ("charge_interest, waived first", _sample("charge_interest", "waive")),
        "paid late",
    ),
    Scenario(
        "raise_repayment_invoices, interest",
        "interest due",
        _sample("raise_repayment_invoices", "schedule"),
        _and(_SWEEP),
    ),
    Scenario("send_mail, an invoice void", "issued anew, mail owed", _mail("invoice_voided"), _and(_SWEEP)),
    Scenario("send_mail, set off", "set off, mail owed", _mail("set_off"), _and(_SWEEP)),
    Scenario(
        "place_entries",
        "entry in suspense",
        _sample("place_entries", "place"),
        _and(_sample("place_entries", "show_entries"), _sample("read_bank_reports", "booked")),
        prepare=_told_again,
    ),
    *_races(
        ("place_entries", _sample("place_entries", "place")),
        ("place_entries, elsewhere", _sample("place_entries", "place", *_ELSEWHERE)),
        "entry in suspense",
    ),
    Scenario("relay_tasks", "requisitioned", _sample("relay_tasks", "new_tasks"), _and(_SWEEP)),
    Scenario(
        "sweep_tasks",
        "requisitioned",
        _SWEEP,
        _and(_sample("relay_tasks", "new_tasks"), _sample("validate_requisition", "two_requisitions")),
    ),
    Scenario(
        "audit_books",
        "linked",
        _sample("audit_books", "schedule"),
        _and(_sample("read_mail_events", "bounced")),
    ),
    Scenario(
        "import_agents",
        "opened",
        _sample("import_agents", "agents_file"),
        _and(_sample("import_register", "register_file")),
        prepare=_objects(AGENTS, REGISTER),
    ),
    Scenario(
        "import_agents, another agent than is known",
        "agents imported",
        _sample("import_agents", "agents_file"),
        prepare=_objects(("InboxBucket", AGENTS[1], AGENTS_FILE.replace(b"agent-0115", b"agent-9999"))),
    ),
    Scenario(
        "apply_as_agent",
        "agents imported",
        _sample("apply_as_agent", "send_json"),
        _and(_sample("oversee_agents", "show")),
    ),
    Scenario(
        "follow_agent_application",
        "agent applied",
        _sample("follow_agent_application", "complete"),
        _and(_sample("follow_agent_application", "download")),
    ),
    *_races(
        ("follow_agent_application, withdrawn", _sample("follow_agent_application", "withdraw")),
        ("review_agents, approved", _sample("review_agents", "approve")),
        "agent applied",
    ),
    Scenario("manage_agents", "agents imported", _sample("manage_agents", "invite"), _and(_SWEEP)),
    Scenario("manage_agents, uninvited", "agent invited", _sample("manage_agents", "revoke_invitation"), _and(_SWEEP)),
    Scenario(
        "accept_agent_invitations", "agent invited", _invitation("accept"), _and(_sample("manage_agents", "show"))
    ),
    *_races(
        ("accept_agent_invitations, by one", _invitation("accept")),
        ("accept_agent_invitations, by another", _invitation("accept", ("person-2", "person-3"))),
        "agent invited",
    ),
    Scenario("review_agents", "agent applied", _sample("review_agents", "approve"), _and(_SWEEP)),
    Scenario("oversee_agents", "agents imported", _sample("oversee_agents", "ask"), _and(_SWEEP)),
    Scenario("send_mail, an agent approved", "agent approved, mail owed", _mail("agent_approved"), _and(_SWEEP)),
    Scenario("send_mail, an invitation", "agent invited, mail owed", _mail("agent_invitation"), _and(_SWEEP)),
    Scenario("list_tasks", "decided", _sample("list_tasks", "show_tasks"), _and(_SWEEP)),
    Scenario("show_work", "decided", _sample("show_work", "work"), _and(_SWEEP)),
    Scenario("show_case_file", "decided", _sample("show_case_file", "case"), _and(_SWEEP)),
    Scenario("show_round", "decided", _sample("show_round", "round"), _and(_SWEEP)),
)
