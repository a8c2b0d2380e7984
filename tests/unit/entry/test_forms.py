"""A requisition is read alike from a form and from JSON, and every fault is told at its field."""

from typing import Any

import pytest

from statsbidrag.domain.errors import Refusals
from statsbidrag.domain.identifiers import Account
from statsbidrag.entry.forms import read_requisition
from statsbidrag.usecases.requisitions import RequisitionInput

GIVEN = {
    "amount": "461 836",
    "account_kind": "bankgiro",
    "account_number": "5050-1055",
    "invoice_reference": "REF 4711",
    "peppol_id": "0007:2120000019",
    "declaration": "ja",
}


def _refused(**changed: Any) -> dict[str, str]:
    with pytest.raises(Refusals) as refused:
        read_requisition({**GIVEN, **changed})
    assert all(each.message.endswith(".") or "0007:" in each.message for each in refused.value.refusals)
    return {str(each.field): each.code for each in refused.value.refusals}


def test_a_requisition_is_read_in_one_form() -> None:
    read = RequisitionInput(46183600, Account("bankgiro", "50501055"), "REF 4711", "0007:2120000019")  # type: ignore[arg-type]
    assert read_requisition(GIVEN) == read
    assert read_requisition({**GIVEN, "amount": 461836}) == read
    assert read_requisition({**GIVEN, "peppol_id": "0007:212000-0019"}) == read


def test_the_peppol_id_may_be_left_out() -> None:
    assert read_requisition({name: value for name, value in GIVEN.items() if name != "peppol_id"}).peppol_id == ""


def test_the_agents_address_may_be_given() -> None:
    given = read_requisition({**GIVEN, "contact_email": " bidrag@kommunen.example "})
    assert given.contact_email == "bidrag@kommunen.example"
    assert read_requisition(GIVEN).contact_email == ""


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("amount", "", "amount_missing"),
        ("amount", "1,5", "amount_not_whole"),
        ("amount", "1e6", "amount_unreadable"),
        ("amount", 1.0, "text_expected"),
        ("amount", -1, "amount_unreadable"),
        ("account_kind", "swish", "account_kind_unknown"),
        ("account_number", "5050-1056", "account_invalid"),
        ("account_number", "", "account_missing"),
        ("invoice_reference", "", "invoice_reference_missing"),
        ("invoice_reference", "x" * 101, "invoice_reference_invalid"),
        ("invoice_reference", "a\nb", "invoice_reference_invalid"),
        ("peppol_id", "2120000019", "peppol_id_invalid"),
        ("peppol_id", "0007:2120000018", "organisation_number_invalid"),
        ("contact_email", "ombudet", "email_invalid"),
        ("contact_email", "a@kommun.example\nBcc: b@kommun.example", "email_invalid"),
        ("declaration", "", "declaration_missing"),
        ("declaration", True, "text_expected"),
        ("extra", "1", "field_unknown"),
    ],
)
def test_each_fault_is_told_at_its_field(field: str, value: Any, code: str) -> None:
    assert _refused(**{field: value}) == {field: code}


def test_an_empty_form_tells_everything_at_once() -> None:
    with pytest.raises(Refusals) as refused:
        read_requisition({})
    fields = [each.field for each in refused.value.refusals]
    assert fields == ["amount", "account_kind", "account_number", "invoice_reference", "declaration"]
