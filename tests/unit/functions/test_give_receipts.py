"""A receipt says what was received and when, is signed, and stays the same file; anybody can check it."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pypdf import PdfReader

from statsbidrag.domain.case import commands as c
from statsbidrag.domain.journal import sha256
from statsbidrag.domain.money import kronor
from statsbidrag.entry.settings import load
from tests.pdfs import what_readers_lack
from tests.unit.functions.material import RECIPIENT, TOKEN
from tests.unit.functions.town import OTHER, Town, caller, refused

KEPT = "receipts/2025/0114-rekvisition-1.pdf"


def _receipt(town: Town, name: str = "rekvisition-1.pdf") -> bytes:
    answer = town.call("give_receipts", "receipt", document=name)
    assert (answer["statusCode"], answer["isBase64Encoded"]) == (200, True), answer["body"]
    assert answer["multiValueHeaders"]["Content-Type"] == ["application/pdf"]
    (disposition,) = answer["multiValueHeaders"]["Content-Disposition"]
    assert disposition == f'attachment; filename="kvitto-2025-0114-{name}"'
    return base64.b64decode(answer["body"])


def _inside(pdf: bytes) -> dict[str, bytes]:
    return {name: contents[0] for name, contents in PdfReader(BytesIO(pdf)).attachments.items()}


def _text(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).replace("\u00a0", " ").split())


def _verify(pem: str, inside: dict[str, bytes]) -> None:
    key: Any = serialization.load_pem_public_key(pem.encode())
    key.verify(inside["kvitto.sig"], inside["kvitto.txt"], ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    ("stage", "name", "at", "amount"),
    [
        ("requisitioned", "rekvisition-1", "2025-05-06T08:00:00.000000Z", "46183600"),
        ("reported", "aterrapportering-1", "2026-02-03T08:00:00.000000Z", "40000000"),
    ],
)
def test_anybody_can_check_a_receipt_with_the_public_key(stage: str, name: str, at: str, amount: str) -> None:
    town: Town = getattr(Town(), stage)()
    inside = _inside(_receipt(town, f"{name}.pdf"))
    assert set(inside) == {"kvitto.txt", "kvitto.sig", "innehall.json"}
    key = town.call("give_receipts", "key", {})
    assert key["multiValueHeaders"]["Cache-Control"] == ["public, max-age=3600"]
    _verify(key["body"], inside)
    said = dict(line.split(": ", 1) for line in inside["kvitto.txt"].decode().splitlines())
    assert (said["Handling"], said["Mottagen"], said["Belopp i öre"], said["I tid"]) == (name, at, amount, "ja")
    assert said["Ärende"] == "9.3-0114/2025"
    assert said["SHA-256"] == sha256(inside["innehall.json"])


def test_the_checksum_is_that_of_the_requisition_as_it_was_received() -> None:
    town = Town().requisitioned()
    inside = _inside(_receipt(town))
    assert sha256(inside["innehall.json"]) == town.case.requisitions[0].content_hash
    assert json.loads(inside["innehall.json"])[2]["amount"] == 46_183_600


@pytest.mark.parametrize("name", ["kvitto.txt", "kvitto.sig"])
def test_a_changed_receipt_is_found_out(name: str) -> None:
    town = Town().requisitioned()
    inside = _inside(_receipt(town))
    changed = bytes([inside[name][-2] ^ 1])
    with pytest.raises(InvalidSignature):
        _verify(town.signer.public_key(), inside | {name: inside[name][:-2] + changed + inside[name][-1:]})


def test_a_receipt_can_be_read_by_everybody_and_shows_what_was_sent() -> None:
    town = Town().reported()
    for name in ("rekvisition-1.pdf", "aterrapportering-1.pdf"):
        pdf = _receipt(town, name)
        assert what_readers_lack(pdf) == []
        assert "openssl dgst -sha256 -verify kvittonyckel.pem" in _text(pdf)
        assert "https://bidrag.example/kvittonyckel.pem" in _text(pdf)
        assert "ingen signerad PDF enligt PAdES" in _text(pdf)
    assert "461 836 kronor" in _text(_receipt(town))
    text = _text(_receipt(town, "aterrapportering-1.pdf"))
    assert "Två samtalsledare ringer och besöker." in text
    assert "400 000 kronor" in text
    assert text.index("400 000 kronor") < text.index("Två samtalsledare")


def test_a_receipt_is_signed_once_and_is_the_same_file_for_ever() -> None:
    town = Town().requisitioned()
    first = _receipt(town)
    town.at(2026, 1, 1)
    assert _receipt(town) == first
    assert len(town.signer.signed) == 1
    assert town.archive.objects[KEPT] == first


def test_the_same_receipt_and_signature_give_the_same_bytes() -> None:
    town = Town().requisitioned()
    town.signer.sign = lambda statement: b"the same signature"  # type: ignore[method-assign]
    first = _receipt(town)
    town.archive.objects.pop(KEPT)
    town.at(2026, 1, 1)
    assert _receipt(town) == first


def test_of_two_who_ask_at_once_both_get_the_one_that_is_kept() -> None:
    town = Town().requisitioned()
    sign = town.signer.sign

    def somebody_is_first(statement: bytes) -> bytes:
        town.archive.objects[KEPT] = b"%PDF of the other"
        return sign(statement)

    town.signer.sign = somebody_is_first  # type: ignore[method-assign]
    assert _receipt(town) == b"%PDF of the other"


def test_nothing_is_signed_that_is_not_what_was_received() -> None:
    town = Town().act(c.SubmitRequisition(kronor(10), RECIPIENT.account, "REF", "", "another checksum"))
    answer = town.call("give_receipts", "receipt")
    assert answer["statusCode"] == 500
    assert town.signer.signed == []
    assert town.archive.objects == {}


def test_a_late_requisition_has_a_receipt_that_says_so() -> None:
    pdf = _receipt(Town().at(2025, 6, 2, 22).requisitioned())
    assert b"I tid: nej\n" in _inside(pdf)["kvitto.txt"]
    assert "Den kom efter sista dagen." in _text(pdf)


# Behind the link


def test_who_holds_the_report_link_gets_the_receipt_of_the_report() -> None:
    town = Town().reported()
    answer = town.call("give_receipts", "report_receipt", {}, token=TOKEN)
    assert base64.b64decode(answer["body"]) == _receipt(town, "aterrapportering-1.pdf")


@pytest.mark.parametrize(("stage", "token", "code"), [("reported", "x" * 43, "link_not_valid"), ("asked", TOKEN, "")])
def test_another_token_or_no_report_gives_none(stage: str, token: str, code: str) -> None:
    town: Town = getattr(Town(), stage)()
    answer = town.call("give_receipts", "report_receipt", {}, token=token)
    assert refused(answer) == (404, code or "unknown_receipt")
    assert town.signer.signed == []


def test_a_revoked_link_gives_none() -> None:
    town = Town().reported().act(c.RevokeReportLinks("Fel mottagare.", "officer-1"))
    answer = town.call("give_receipts", "report_receipt", {}, token=TOKEN)
    assert refused(answer) == (410, "link_revoked")


def test_an_old_link_gives_none() -> None:
    answer = Town().reported().at(2026, 12, 1).call("give_receipts", "report_receipt", {}, token=TOKEN)
    assert refused(answer) == (410, "link_expired")


# Who may have it


@pytest.mark.parametrize("role", ["representative", "coordinator"])
def test_everyone_who_acts_for_the_municipality_gets_it(role: str) -> None:
    assert Town().requisitioned().call("give_receipts", "receipt", caller(role))["statusCode"] == 200


def test_another_municipality_gets_none() -> None:
    town = Town().requisitioned()
    assert refused(town.call("give_receipts", "receipt", caller("agent", OTHER))) == (403, "not_your_municipality")
    assert town.signer.signed == []


@pytest.mark.parametrize("name", ["rekvisition-2.pdf", "rekvisition-1", "aterrapportering-1.pdf", "..%2Fkey"])
def test_a_receipt_that_the_case_does_not_have_is_not_found(name: str) -> None:
    answer = Town().requisitioned().call("give_receipts", "receipt", document=name)
    assert refused(answer) == (404, "unknown_receipt")


def test_the_key_is_named_by_the_environment_and_never_shown() -> None:
    settings = load({"RECEIPT_KEY_ARN": "arn:aws:kms:key"})
    assert settings.need("receipt_key_arn") == "arn:aws:kms:key"
    assert "arn" not in repr(settings).replace("receipt_key_arn", "")
