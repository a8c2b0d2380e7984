"""Defects that would cost money or trust: each one exact change in one file, and the ordinary tests that see it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

MONEY = "tests/unit/domain/test_money.py::"
STORE = "tests/contract/test_store.py::"
HANDLING = "tests/unit/usecases/test_handling.py::"
MAILS = "tests/unit/usecases/test_sending_mail.py::"
SCHEDULED = "tests/unit/usecases/test_scheduled_work.py::"
YEAR = "tests/unit/usecases/test_small_year.py::"
HOLDS = "tests/unit/usecases/test_holds.py::"
CORRECTIONS = "tests/unit/usecases/test_payout_corrections.py::"
RECONCILING = "tests/unit/usecases/test_reconciling.py::"
HEARINGS = "tests/unit/domain/test_case_hearings.py::"
ANSWERING = "tests/unit/functions/test_receive_hearing_answers.py::"
PAPERS = "tests/unit/documents/test_hearing_papers.py::"
INTEREST = "tests/unit/domain/test_interest.py::"
CHARGING = "tests/unit/domain/test_case_interest.py::"
APPEALS = "tests/unit/domain/test_case_appeals.py::"
TIMELINE = "tests/unit/domain/test_case_timeline.py::"
OWN_PAGES = "tests/unit/functions/test_show_case.py::"
RECEIPTS = "tests/unit/functions/test_give_receipts.py::"
REQUISITIONS = "tests/unit/domain/test_case_requisitions.py::"
AGENTS = "tests/unit/domain/test_agents.py::"
AGENT_PAGES = "tests/unit/functions/test_agents.py::"


class RottenDefectError(Exception):
    """The code was changed, so the defect can no longer be planted: write it anew."""


@dataclass(frozen=True)
class Defect:
    """One change for the worse.

    Attributes
    ----------
    file
        Below ``shared/statsbidrag``.
    old, new
        The text and what replaces it; `old` stands in the file exactly once.
    caught_by
        Node ids of ordinary tests; each of them must fail by an assertion.
    """

    name: str
    file: str
    old: str
    new: str
    caught_by: tuple[str, ...]

    def plant(self, shared: Path) -> None:
        """Change the copy of ``shared``; `RottenDefectError` unless the text is there exactly once."""
        path = shared / "statsbidrag" / self.file
        text = path.read_text(encoding="utf-8")
        if (found := text.count(self.old)) != 1:
            raise RottenDefectError(f"{self.name}: its text stands {found} times in {self.file}, not once")
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


DEFECTS = (
    Defect(
        "an applicant approves the own application",
        "domain/agents/applications.py",
        """    if application.person.subject == command.officer:
        raise Refusal("same_person", "Den som har ansökt får inte själv godkänna ansökan.", status=403)
""",
        "",
        (f"{AGENT_PAGES}test_who_applied_may_not_approve_also_as_an_officer",),
    ),
    Defect(
        "the old agent goes on acting",
        "domain/agents/evolve.py",
        'lambda each: each.role == "agent" or each.person.subject == person.subject,',
        "lambda each: each.person.subject == person.subject,",
        (f"{AGENTS}test_a_newly_approved_agent_replaces_the_old_one_and_the_others_stay",),
    ),
    Defect(
        "an invitation is accepted by two persons",
        "domain/agents/mandates.py",
        'found.status == "accepted" and found.accepted_by != subject',
        "False",
        (f"{AGENTS}test_an_invitation_is_accepted_once_by_one_person",),
    ),
    Defect(
        "an ended mandate is still found from the person",
        "adapters/dynamodb.py",
        "            *(self._delete(*_mandate_key(each)) for each in sorted(commit.ended)),\n",
        "",
        (f"{STORE}test_mandates_are_put_replaced_and_removed_with_the_commit",),
    ),
    Defect(
        "anybody who signs in reads an application and its files",
        "usecases/agents.py",
        "find_application(agents, number) if subject is None else own_application(agents, number, subject)",
        "find_application(agents, number)",
        (f"{AGENT_PAGES}test_anothers_application_is_not_there",),
    ),
    Defect(
        "a PDF that should not be opened is taken in",
        "documents/agent_files.py",
        """    return media_type_of(content)
""",
        """    return "application/pdf"
""",
        (f"{AGENT_PAGES}test_a_file_that_cannot_stand_is_refused_and_nothing_is_kept",),
    ),
    Defect(
        "commit split in two writes",
        "adapters/dynamodb.py",
        "self._client.transact_write_items(TransactItems=items, ClientRequestToken=token)",
        "[self._client.transact_write_items(TransactItems=part) for part in (items[:1], items[1:])]",
        (f"{STORE}test_a_commit_that_was_overtaken_is_a_conflict_and_leaves_no_trace[moto-event exists]",),
    ),
    Defect(
        "task removed before the event is written",
        "adapters/dynamodb.py",
        "        items = self._items(commit)\n",
        "        items = self._items(commit)\n"
        "        for task in commit.tasks_removed:\n"
        "            self._client.delete_item(\n"
        "                TableName=self._table,\n"
        '                Key={"pk": {"S": commit.snapshot.key}, "sk": {"S": f"TASK#{task.id}"}},\n'
        "            )\n",
        (f"{STORE}test_a_commit_that_was_overtaken_is_a_conflict_and_leaves_no_trace[moto-stale]",),
    ),
    Defect(
        "a paper given by its name in the archive and not by that of the case",
        "usecases/case_view.py",
        "if each.name == name), None)",
        "if name in (each.name, each.key.rpartition('/')[2])), None)",
        (f"{OWN_PAGES}test_a_name_that_the_case_does_not_have_is_not_found[0114-decision-1.pdf]",),
    ),
    Defect(
        "a receipt signed for what the books no longer hold",
        "usecases/receipts.py",
        "if sha256(received.content) != received.content_hash:",
        "if not received.content_hash:",
        (f"{RECEIPTS}test_nothing_is_signed_that_is_not_what_was_received",),
    ),
    Defect(
        "told to pay while an appeal holds the claim",
        "domain/case/timeline.py",
        "    if recovery.is_on_hold:\n        says",
        "    if not recovery.appeals and recovery.is_on_hold:\n        says",
        (f"{TIMELINE}test_an_appeal_in_time_holds_the_claim_and_nobody_is_told_to_pay",),
    ),
    Defect(
        "e-mail sent before its claim",
        "usecases/mails.py",
        "    claim = _claim(books, mail_id)\n"
        "    if claim is None:\n"
        "        return False\n"
        "    try:\n"
        "        mailer.send(mail_id, to, message)\n",
        "    mailer.send(mail_id, to, message)\n"
        "    claim = _claim(books, mail_id)\n"
        "    if claim is None:\n"
        "        return False\n"
        "    try:\n"
        "        pass\n",
        (f"{MAILS}test_a_crash_after_the_sending_is_resolved_by_the_news",),
    ),
    Defect(
        "e-mail sent before the commit that owes it",
        "usecases/mails.py",
        '    if mail is None or mail.status != "owed":\n',
        "    if mail is None:\n"
        '        mailer.send(due.task.about, "", b"")\n'
        '    if mail is None or mail.status != "owed":\n',
        (f"{MAILS}test_a_mail_that_nobody_owes_is_not_sent",),
    ),
    Defect(
        "payout id made at random",
        "domain/case/requisitions.py",
        "payout_id(case.round, case.municipality, len(case.payouts) + 1)",
        'payout_id(case.round, case.municipality, __import__("secrets").randbelow(10**9) + 10)',
        (
            f"{REQUISITIONS}test_an_approval_orders_the_payout_to_the_verified_account",
            f"{REQUISITIONS}test_a_round_may_allow_two_requisitions_that_share_the_allocation",
        ),
    ),
    Defect(
        "payouts batched only if due today",
        "usecases/payouts.py",
        'for due in books.store.due("payouts", books.now()):',
        'for due in (d for d in books.store.due("payouts", books.now()) if swedish_date(d.task.due) == today):',
        (f"{SCHEDULED}test_payouts_that_a_missed_run_left_behind_are_batched_by_the_next",),
    ),
    Defect(
        "payouts batched by the machine's own day",
        "usecases/payouts.py",
        "    today = swedish_date(books.now())\n",
        '    today = __import__("datetime").date.today()\n',
        (f"{YEAR}test_nothing_is_batched_on_a_day_without_banks",),
    ),
    Defect(
        "report links issued only if due today",
        "usecases/reports.py",
        "        latest[due.key] = due\n",
        "        if (books.now() - due.task.due).days == 0:\n            latest[due.key] = due\n",
        (f"{SCHEDULED}test_report_links_that_a_missed_run_left_behind_are_issued_by_the_next",),
    ),
    Defect(
        "invoices raised only if due today",
        "usecases/recoveries.py",
        '    for due in books.store.due("invoices", books.now()):\n',
        '    for due in books.store.due("invoices", books.now()):\n'
        "        if (books.now() - due.task.due).days:\n"
        "            continue\n",
        (f"{SCHEDULED}test_invoices_that_a_missed_run_left_behind_are_raised_by_the_next",),
    ),
    Defect(
        "only tasks of today swept",
        "usecases/tasks.py",
        "        tasks = list(store.due(queue, now))\n",
        "        tasks = [due for due in store.due(queue, now) if (now - due.task.due).days == 0]\n",
        (f"{SCHEDULED}test_the_sweep_queues_everything_that_is_due_however_late_and_nothing_else",),
    ),
    Defect(
        "due tasks looked up by today's date",
        "adapters/dynamodb.py",
        'KeyConditionExpression="#queue = :queue AND due_at <= :now",\n'
        '            ExpressionAttributeNames={"#queue": "queue"},\n'
        '            ExpressionAttributeValues={":queue": {"S": queue}, ":now": {"S": to_text(now)}},\n',
        'KeyConditionExpression="#queue = :queue AND begins_with(due_at, :now)",\n'
        '            ExpressionAttributeNames={"#queue": "queue"},\n'
        '            ExpressionAttributeValues={":queue": {"S": queue}, ":now": {"S": to_text(now)[:10]}},\n',
        (f"{STORE}test_due_tasks_come_oldest_first_of_one_queue_only_and_when_due[moto]",),
    ),
    Defect(
        "float where a bank's amount is read",
        "domain/money.py",
        "Ore(int(found[1]) * ORE_PER_KRONA + int(decimals[:2]))",
        'Ore(int(float(f"{found[1]}.{decimals}") * ORE_PER_KRONA))',
        (f"{MONEY}test_what_is_written_for_machines_is_read_back",),
    ),
    Defect(
        "float where a total is split",
        "domain/money.py",
        "    parts = [whole * w // weight for w in weights]\n",
        "    parts = [int(whole * (w / weight)) for w in weights]\n",
        (f"{MONEY}test_a_split_by_the_parts_themselves_gives_them_back",),
    ),
    Defect(
        "float in a batch's control total",
        "domain/batches.py",
        "    total = Ore(sum(line.amount for line in kept))\n",
        "    total = Ore(sum(line.amount / 100 for line in kept) * 100)\n",
        (f"{YEAR}test_no_number_in_the_books_is_a_float",),
    ),
    Defect(
        "hash chain that does not link the events of one commit",
        "usecases/books.py",
        "at=now, prev=head)",
        "at=now, prev=basis.snapshot.head if basis.snapshot else GENESIS)",
        (f"{YEAR}test_the_audit_of_the_year_finds_nothing_and_writes_every_head",),
    ),
    Defect(
        "deadline in winter time all the year",
        "domain/time.py",
        "    return start_of(last_day + timedelta(days=1))\n",
        "    return datetime.combine(last_day, time(23), tzinfo=UTC)\n",
        ("tests/unit/domain/test_time.py::test_a_last_day_ends_when_the_next_begins_in_stockholm",),
    ),
    Defect(
        "snapshot written over another writer's",
        "adapters/dynamodb.py",
        '        put = self._put(item, "#version = :expected")\n',
        '        put = self._put(item, "#version = :expected OR #version <> :expected")\n',
        (f"{STORE}test_a_commit_that_was_overtaken_is_a_conflict_and_leaves_no_trace[moto-ahead]",),
    ),
    Defect(
        "request carried out without its marker",
        "usecases/books.py",
        "        request=request,\n        answer=canonical(",
        "        answer=canonical(",
        (f"{HANDLING}test_the_same_form_twice_at_once_is_received_once_and_answered_twice",),
    ),
    Defect(
        "one attestation is enough for a large batch",
        "domain/batches.py",
        "attestations = 2 if total > command.two_attest_above else 1",
        "attestations = 1",
        (f"{HOLDS}test_one_attests_up_to_the_rounds_threshold_and_two_above_it",),
    ),
    Defect(
        "a batch attested by who prepared it",
        "domain/batches.py",
        "    if command.officer == batch.prepared_by:\n",
        '    if command.officer == "":\n',
        (f"{HOLDS}test_who_prepared_a_batch_cannot_attest_it",),
    ),
    Defect(
        "a round's hold not looked for at clearing",
        "usecases/payouts.py",
        "    if scope := live_hold(books, batch.round):\n",
        '    if scope := "":\n',
        (f"{HOLDS}test_a_hold_whose_placing_broke_off_stops_the_batch_all_the_same",),
    ),
    Defect(
        "a payout's hold not looked for at clearing",
        "domain/case/payouts.py",
        " and found.batch == batch and not case.holds_on(payout)\n",
        " and found.batch == batch\n",
        (f"{HOLDS}test_a_hold_whose_placing_broke_off_voids_the_batch_when_it_is_to_be_sent",),
    ),
    Defect(
        "a hold that reaches what is cleared",
        "domain/batches.py",
        'if command.hold in batch.held_by or batch.status not in ("planned", "prepared", "attested"):',
        "if command.hold in batch.held_by:",
        (f"{HOLDS}test_a_hold_between_clearing_and_the_file_is_too_late_and_the_file_comes",),
    ),
    Defect(
        "a void batch that keeps its payouts",
        "domain/batches.py",
        "to_free=batch.lines,",
        "to_free=(),",
        (f"{HOLDS}test_a_hold_on_one_voids_the_batch_and_the_other_comes_in_the_next",),
    ),
    Defect(
        "what was lost sent again under another id",
        "domain/case/folds/payouts.py",
        'return _payout(case, payout.id, status="ordered", batch="", resets=payout.resets + 1)',
        'return _payout(case, payout.id, id=f"{payout.id}0", status="ordered", batch="", resets=payout.resets + 1)',
        (f"{CORRECTIONS}test_two_persons_set_it_back_and_it_leaves_once_more_under_the_same_id",),
    ),
    Defect(
        "the unknown ended by one person",
        "domain/case/corrections.py",
        "    if told.proposed_by == command.officer:\n",
        '    if command.officer == "":\n',
        (f"{CORRECTIONS}test_one_person_alone_cannot_end_the_unknown",),
    ),
    Defect(
        "a late refusal that overturns what was sent again",
        "domain/case/payouts.py",
        "    if payout.batch == command.batch and payout.status in",
        "    if payout.status in",
        (f"{CORRECTIONS}test_a_late_refusal_of_the_first_file_says_nothing_of_the_payment_in_the_second",),
    ),
    Defect(
        "an account approved by its proposer",
        "domain/case/accounts.py",
        "    if change.proposed_by == officer:\n",
        '    if officer == "":\n',
        (f"{CORRECTIONS}test_the_account_is_approved_by_another_than_its_proposer_and_as_it_was_seen",),
    ),
    Defect(
        "an entry counted once for each file that tells of it",
        "domain/case/folds/invoices.py",
        "    case = paid(case, invoice, event.amount, event.booked_on)\n"
        "    case = replace(case, bank_entries=(*case.bank_entries, event.entry))\n",
        "    case = paid(case, invoice, event.amount, event.booked_on)\n",
        (f"{RECONCILING}test_two_repayments_of_one_day_and_amount_both_count",),
    ),
    Defect(
        "another content taken in by the name of a file that was read",
        "domain/bank_files.py",
        "        if file.content_hash != content:\n",
        '        if content == "":\n',
        (f"{RECONCILING}test_another_content_by_the_name_of_a_file_that_was_read_is_refused",),
    ),
    Defect(
        "a file of another account taken in",
        "usecases/bank.py",
        " and not told <= ours:\n",
        " and not told:\n",
        (f"{RECONCILING}test_nothing_of_a_file_of_another_account_is_kept",),
    ),
    Defect(
        "a statement with a gap booked",
        "usecases/bank.py",
        "    if isinstance(report, Statement) and report.gap:\n",
        "    if isinstance(report, Statement) and report.gap > report.closing:\n",
        (f"{RECONCILING}test_a_statement_with_a_gap_is_kept_and_refused_and_nothing_is_booked_by_it",),
    ),
    Defect(
        "an entry missed on its statement one day late",
        "domain/reconciliation.py",
        "if stated is None and entry.booked_on <= max(",
        "if stated is None and entry.booked_on < max(",
        (f"{RECONCILING}test_an_entry_that_the_statement_lacks_is_named_the_night_the_statement_came",),
    ),
    Defect(
        "a decision prepared without the answer that came meanwhile",
        "domain/case/recoveries.py",
        "    if command.answers_seen != len(recovery.answers):\n",
        "    if command.answers_seen > len(recovery.answers):\n",
        (f"{HEARINGS}test_nothing_is_prepared_on_other_answers_than_those_that_came[0]",),
    ),
    Defect(
        "an answer after the preparation passed over",
        "domain/case/folds/recoveries.py",
        'answers=answers, status="hearing")',
        "answers=answers)",
        (f"{HEARINGS}test_an_answer_after_the_preparation_has_it_prepared_again",),
    ),
    Defect(
        "an older link answers a hearing",
        "usecases/hearings.py",
        " or case.link.token_hash != token_hash or",
        " or",
        (f"{ANSWERING}test_a_link_that_is_no_longer_in_force_opens_nothing[send_form]",),
    ),
    Defect(
        "the invoice of an appealed decision raised",
        "domain/case/recoveries.py",
        "    if recovery.is_on_hold:\n",
        "    if recovery.is_on_hold and case.invoices:\n",
        (f"{APPEALS}test_an_appeal_before_the_invoice_holds_the_invoice",),
    ),
    Defect(
        "a changed decision claimed as it was",
        "domain/case/state/recoveries.py",
        'return last.outcome == "changed" and last.decisions == len(self.reconsidered)',
        "return False",
        (f"{APPEALS}test_a_changed_decision_is_held_until_it_is_taken_again",),
    ),
    Defect(
        "interest on the last free day",
        "domain/interest.py",
        "each.on > free_to",
        "each.on >= free_to",
        (f"{CHARGING}test_what_was_paid_in_the_free_time_bears_none[0]",),
    ),
    Defect(
        "interest rounded up",
        "domain/interest.py",
        "amount = principal * points * days // (_WHOLE * DAYS_A_YEAR)",
        "amount = -(-principal * points * days // (_WHOLE * DAYS_A_YEAR))",
        (f"{INTEREST}test_a_line_is_rounded_down[10000-462-1-1]",),
    ),
    Defect(
        "interest runs before the invoice is due",
        "domain/case/interests.py",
        "return max(months_after(swedish_date(decided_at), terms.free_months), invoice.due_on)",
        "return months_after(swedish_date(decided_at), terms.free_months)",
        (f"{CHARGING}test_what_was_paid_late_is_claimed_five_days_after_the_last_payment",),
    ),
    Defect(
        "interest stands though its claim was lowered",
        "domain/case/settlement.py",
        "for interest, too_much in interest_too_much(case, invoice, amount):",
        "for interest, too_much in interest_too_much(case, invoice, Ore(0)):",
        (f"{CHARGING}test_what_was_paid_of_interest_that_fell_away_is_refunded",),
    ),
    Defect(
        "interest counted among the grant",
        "domain/case/folds/invoices.py",
        'kind = "interest_" if invoice.interest_on else ""',
        'kind = ""',
        (f"{CHARGING}test_it_is_paid_by_its_own_reference_and_the_grant_is_as_before",),
    ),
    Defect(
        "the first letter tells of a later decision",
        "documents/case_papers.py",
        '("Att betala tillbaka", recovery.decided_amount),',
        '("Att betala tillbaka", recovery.to_invoice),',
        (f"{PAPERS}test_the_first_decision_is_told_as_it_was_even_if_it_is_changed_before_its_letter",),
    ),
)
