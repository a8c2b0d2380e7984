"""What municipalities do: requisition, report and pay, as people and programs of theirs do it."""

from __future__ import annotations

from concurrent.futures import Executor
from email import message_from_bytes
from email.message import Message
from threading import Barrier
from urllib.parse import urlsplit

import httpx
import msgspec
from lxml import etree

from local.client import Fields, UnexpectedAnswerError, expect
from local.mailbox import Mail
from local.year.plan import Behaviour, Episode
from local.year.world import World, link_mail
from statsbidrag.domain.money import ORE_PER_KRONA, Ore, parse_decimal
from statsbidrag.domain.recipient import Recipient

_BY_FORM = 5
"""One in so many uses the pages for people; the others post JSON."""
_UBL = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


class ReceivedInvoice(msgspec.Struct, frozen=True):
    """What a municipality reads in the electronic invoice that came with an e-mail."""

    municipality: str
    number: str
    amount: Ore
    reference: str


def _uses_the_form(behaviour: Behaviour) -> bool:
    return int(behaviour.municipality) % _BY_FORM == 0


# Requisitions


def requisition(world: World, behaviour: Behaviour, others: Executor) -> None:
    """Ask for money as the plan says; what is refused is put right and sent again.

    Parameters
    ----------
    others
        Runs the second of two that send at once.
    """
    code = behaviour.municipality
    fields = _requisition_fields(world, behaviour, behaviour.requisition_amount)
    if behaviour.requisition == "too_much":
        too_much = _requisition_fields(world, behaviour, behaviour.refused_amount)
        refused = expect(_send_requisition(world, code, too_much, "first-attempt"), 422)
        if "amount_above_allocation" not in refused.text:
            raise UnexpectedAnswerError(f"{code} asked for too much and was refused for another reason: {refused.text}")
    if behaviour.requisition == "twice_at_once":
        _twice_at_once(world, code, fields, others)
    elif _uses_the_form(behaviour):
        path = f"/rekvisition/{world.plan.round_id}/{code}"
        expect(world.api.send_form(path, fields, _agent(world, code)), 201)
    else:
        expect(_send_requisition(world, code, fields, "requisition"), 201)


def _requisition_fields(world: World, behaviour: Behaviour, amount: Ore) -> dict[str, str]:
    recipient = world.recipient(behaviour.municipality)
    account = behaviour.spare_account if behaviour.account == "changed" else None
    account = account or recipient.account
    return {
        "amount": str(amount // ORE_PER_KRONA),
        "account_kind": account.kind,
        "account_number": str(account),
        "invoice_reference": recipient.invoice_reference,
        "peppol_id": recipient.peppol_id,
        "contact_email": agent_email(recipient) if behaviour.episode == "bounced_to_agent" else "",
        "declaration": "ja",
    }


def agent_email(recipient: Recipient) -> str:
    """Give the address of the agent itself, in the municipality's own domain."""
    return f"ombud@{recipient.registry_email.partition('@')[2]}"


def _agent(world: World, code: str) -> str:
    return world.api.token(f"agent-{code}", "agent")


def _send_requisition(world: World, code: str, fields: Fields, key: str) -> httpx.Response:
    path = f"/rounds/{world.plan.round_id}/municipalities/{code}/requisitions"
    return world.api.post(path, fields, _agent(world, code), key=f"{key}-{code}")


def _twice_at_once(world: World, code: str, fields: Fields, others: Executor) -> None:
    """Send the same form twice at the same moment: both get the same receipt."""
    ready = Barrier(2)

    def send() -> str:
        ready.wait(timeout=60)
        return expect(_send_requisition(world, code, fields, "requisition"), 201).text

    second = others.submit(send)
    if send() != second.result():
        raise UnexpectedAnswerError(f"{code} sent the same form twice and got two different receipts")


def name_another_account(world: World, behaviour: Behaviour) -> bool:
    """Answer the e-mail about a payout that failed, as the plan says; tells whether another account was named."""
    account = behaviour.spare_account
    if account is None or behaviour.account == "closed_for_good":
        return False
    code = behaviour.municipality
    body = {"account_kind": account.kind, "account_number": str(account)}
    path = f"/rounds/{world.plan.round_id}/municipalities/{code}/account/changes"
    expect(world.api.post(path, body, _agent(world, code)), 201)
    return True


# Reports

_AGAIN: dict[Episode | None, str] = {"bounced": "-again2", "bounced_to_agent": "-agent"}
"""How the e-mail with the link that arrived is named, where the first one did not."""


def report(world: World, behaviour: Behaviour, *, corrects: bool) -> None:
    """Report by the link that came by e-mail.

    Parameters
    ----------
    corrects
        Whether it corrects what it reported before, by the link of the e-mail that says it may.
    """
    code = behaviour.municipality
    link = f"{link_mail(world.plan.round_id, code)}{_AGAIN.get(behaviour.episode, '')}"
    path = _mailed(world, f"{world.plan.round_id}-{code}-report_reopened-1" if corrects else link, "/aterrapportering/")
    first = behaviour.first_answers and not corrects
    answers = dict(behaviour.first_answers if first else behaviour.answers)
    if _uses_the_form(behaviour):
        expect(world.api.send_form(path, answers), 201)
    else:
        key = f"correction-{code}" if corrects else f"report-{code}"
        expect(world.api.post(path.replace("/aterrapportering/", "/reports/"), answers, key=key), 201)


def answer_hearing(world: World, behaviour: Behaviour) -> None:
    """Say of a proposed recovery what the plan has, by the link of the e-mail that tells of it."""
    path = _mailed(world, f"{world.plan.round_id}-{behaviour.municipality}-hearing-1", "/yttrande/")
    answers = {"stance": str(behaviour.stance), "text": behaviour.hearing_answer}
    expect(world.api.send_form(path, answers), 201)


def _mailed(world: World, mail_id: str, page: str) -> str:
    """Give the path of a page that an e-mail links to."""
    mail = world.mailbox.wait_for(mail_id)
    return next(urlsplit(link).path for link in mail.links if page in link)


# Payments


def read_invoice(mail: Mail) -> ReceivedInvoice:
    """Read the electronic invoice in an e-mail."""
    parts = message_from_bytes(mail.path.read_bytes()).walk()
    attached = next(part for part in parts if part.get_content_type() == "application/xml")
    root = etree.fromstring(_content(attached))
    return ReceivedInvoice(
        municipality=mail.mail_id.split("-")[1],
        number=_text(root, "cbc:ID"),
        amount=parse_decimal(_text(root, "cac:LegalMonetaryTotal/cbc:PayableAmount")),
        reference=_text(root, "cac:PaymentMeans/cbc:PaymentID"),
    )


def _content(part: Message) -> bytes:
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _text(root: etree._Element, path: str) -> str:
    return str(root.findtext(path, default="", namespaces=_UBL))


def pay(world: World, invoice: ReceivedInvoice) -> bool:
    """Pay an invoice as the plan says; tells whether anything was paid."""
    behaviour = world.behaviour(invoice.municipality)
    amount = behaviour.payment_of(invoice.amount)
    if not amount:
        return False
    name = world.recipient(behaviour.municipality).name
    match behaviour.payment:
        case "without_reference":
            world.bank.credit(amount, debtor_name=name, note=f"Återbetalning statsbidrag {name}")
        case "wrong_reference":
            # the last digit is the check digit, so this is nobody's
            wrong = f"{invoice.reference[:-1]}{(int(invoice.reference[-1]) + 1) % 10}"
            world.bank.credit(amount, wrong, name)
        case _:
            world.bank.credit(amount, invoice.reference, name)
    return True
