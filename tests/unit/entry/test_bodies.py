"""What a caller sent is read whole or refused plainly, before any rule sees it."""

import base64
import json
from typing import Any

import pytest
from pydantic import BaseModel

from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.entry.bodies import LARGEST_BODY, header, read_fields, request_key
from statsbidrag.entry.models import read_json
from tests.unit.entry.calls import FORM, call, form, program
from tests.unit.functions.material import ROOT


def _post(body: str, kind: str = FORM, *, as_base64: bool = False) -> dict[str, Any]:
    return call("POST", "/x", body=body, headers={"Content-Type": kind}, base64=as_base64)


def _refused(event: dict[str, Any]) -> Refusal:
    with pytest.raises(Refusal) as refused:
        read_fields(event)
    return refused.value


def test_form_and_json_read_alike() -> None:
    fields = {"amount": "461 836", "note": "Åtgärder – åäö\nrad två"}
    assert read_fields(form("/x", fields)) == fields
    assert read_fields(program("/x", fields)) == fields


def test_an_empty_field_is_kept_and_base64_is_read() -> None:
    body = base64.b64encode(b"note=%C3%A5&empty=").decode()
    assert read_fields(_post(body, as_base64=True)) == {"note": "å", "empty": ""}


@pytest.mark.parametrize("name", ["content-type", "Content-Type", "CONTENT-TYPE"])
def test_header_names_come_in_any_case(name: str) -> None:
    assert header(call(headers={name: "text/plain"}), "content-type") == "text/plain"


@pytest.mark.parametrize(
    ("body", "where"),
    [("{", "rad 1, tecken 2"), ('{"a": 1,\n "b" 2}', "rad 2, tecken 6"), ("", "rad 1, tecken 1")],
)
def test_malformed_json_says_where(body: str, where: str) -> None:
    refused = _refused(_post(body, "application/json"))
    assert (refused.code, refused.status) == ("json_malformed", 400)
    assert where in refused.message


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("[1]", "json_not_an_object"),
        ('"text"', "json_not_an_object"),
        ("null", "json_not_an_object"),
        ('{"a": NaN}', "json_malformed"),
        ('{"a": Infinity}', "json_malformed"),
        ('{"a":' * 100_000, "json_malformed"),
        ('{"a": ' + "9" * 5000 + "}", "json_malformed"),
        ('{"a": "1", "a": "2"}', "field_repeated"),
        ('{"a": {"b": 1, "b": 2}}', "field_repeated"),
    ],
)
def test_json_that_says_too_little_or_too_much(body: str, code: str) -> None:
    refused = _refused(_post(body, "application/json"))
    assert (refused.code, refused.status) == (code, 400)


def test_a_repeated_form_field_is_refused() -> None:
    assert _refused(_post("amount=1&amount=2")).field == "amount"


SAMPLES = {
    f"{path.parent.name}/{path.stem}": event
    for path in sorted(ROOT.glob("events/*/*.json"))
    if (event := json.loads(path.read_bytes())).get("body") and not event["isBase64Encoded"]
}


@pytest.mark.parametrize("name", SAMPLES)
def test_every_body_is_read_alike_as_text_and_in_base64(name: str) -> None:
    """The API hands on in base64 what it takes for bytes, and the template says what that is."""
    event = SAMPLES[name]
    encoded = {**event, "body": base64.b64encode(event["body"].encode()).decode(), "isBase64Encoded": True}
    assert read_fields(encoded) == read_fields(event)


def test_files_where_none_are_taken_are_of_the_wrong_type_and_not_called_unreadable() -> None:
    body = base64.b64encode(b"--x\r\n\r\n\xff\r\n--x--").decode()
    assert _refused(_post(body, "multipart/form-data; boundary=x", as_base64=True)).status == 415


@pytest.mark.parametrize("as_base64", [False, True])
def test_the_limit_is_one_megabyte_exactly(as_base64: bool) -> None:
    def body(size: int) -> str:
        text = "a=" + "x" * (size - 2)
        return base64.b64encode(text.encode()).decode() if as_base64 else text

    assert len(read_fields(_post(body(LARGEST_BODY), as_base64=as_base64))["a"]) == LARGEST_BODY - 2
    assert _refused(_post(body(LARGEST_BODY + 1), as_base64=as_base64)).status == 413


def test_the_limit_counts_bytes() -> None:
    assert _refused(_post("a=" + "å" * (LARGEST_BODY // 2))).status == 413


@pytest.mark.parametrize("kind", ["text/plain", "multipart/form-data; boundary=x", "application/xml", ""])
def test_other_media_types_are_refused(kind: str) -> None:
    assert _refused(_post("a=1", kind)).status == 415


@pytest.mark.parametrize(
    ("body", "as_base64"),
    [("a=%E5%E4%F6", False), ("not base64!", True), (base64.b64encode(b"a=\xe5").decode(), True)],
)
def test_what_is_not_utf8_is_refused(body: str, as_base64: bool) -> None:
    refused = _refused(_post(body, as_base64=as_base64))
    assert (refused.code, refused.status) == ("body_undecodable", 400)


def test_too_many_fields_are_refused() -> None:
    assert _refused(_post("&".join(f"f{n}=1" for n in range(500)))).code == "too_many_fields"


@pytest.mark.parametrize(
    "sign", ["\x00", "\x07", "\x0b", "\x1b", "\x7f", "\x85", "\u2028", "\u202e", "\ufffd", chr(0xD800)]
)
def test_control_signs_are_refused_at_their_field(sign: str) -> None:
    event = program("/x", {"fine": "rad ett\r\n\trad två", "note": f"a{sign}b", "deep": {"x": [sign]}})
    with pytest.raises(Refusals) as refused:
        read_fields(event)
    assert refused.value.status == 400
    assert [each.field for each in refused.value.refusals] == ["note", "deep"]


def test_a_field_name_is_shown_without_what_it_could_carry() -> None:
    with pytest.raises(Refusals) as refused:
        read_fields(program("/x", {"<script>\x00" + "x" * 100: "1"}))
    (only,) = refused.value.refusals
    assert only.field is not None
    assert only.field.startswith("?script??xxx")
    assert len(only.field) == 60


@pytest.mark.parametrize("key", ["12345678", "x" * 128, "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"])
def test_the_request_key_comes_from_header_or_form(key: str) -> None:
    assert request_key(program("/x", {}, key=key), {}) == key
    fields = {"amount": "1", "request_key": key}
    assert request_key(form("/x", fields), fields) == key
    assert fields == {"amount": "1"}


@pytest.mark.parametrize("key", ["", "1234567", "x" * 129, "with space 1", "åäöåäöåäö", "1234567\n"])
def test_a_missing_or_odd_request_key_is_refused(key: str) -> None:
    with pytest.raises(Refusal) as refused:
        request_key(program("/x", {}, key=key), {})
    assert refused.value.status == 400


def test_a_request_key_of_another_kind_is_refused() -> None:
    with pytest.raises(Refusal):
        request_key(call(), json.loads('{"request_key": 12345678}'))


class Attestation(BaseModel, extra="forbid", frozen=True):
    total_ore: int


def test_a_json_body_of_a_fixed_shape_is_read() -> None:
    assert read_json(program("/x", {"total_ore": 100}), Attestation) == Attestation(total_ore=100)


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({}, "total_ore"),
        ({"total_ore": "100"}, "total_ore"),
        ({"total_ore": 1.5}, "total_ore"),
        ({"total_ore": 1, "<b>": 2}, "?b?"),
    ],
)
def test_a_json_body_of_another_shape_is_refused_at_its_field(value: dict[str, Any], field: str) -> None:
    with pytest.raises(Refusals) as refused:
        read_json(program("/x", value), Attestation)
    assert [(r.code, r.field) for r in refused.value.refusals] == [("field_invalid", field)]


def test_a_form_is_no_json() -> None:
    with pytest.raises(Refusal) as refused:
        read_json(form("/x", {"total_ore": "100"}), Attestation)
    assert refused.value.status == 415
