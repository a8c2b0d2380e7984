"""Files come out of a call as they were sent, byte for byte, or with a clear answer why not."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from statsbidrag.documents.record_files import media_type_of
from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.entry.uploads import LARGEST_UPLOAD, MOST_AT_ONCE, read_files, typed

BOUNDARY = "----gräns".encode("ascii", "replace").decode()
ODD = bytes(range(256)) + b"\r\n\r\n--\r\n-----\r\r\n\n"


def part(content: bytes, head: str = 'Content-Disposition: form-data; name="files"; filename="a.pdf"') -> bytes:
    return f"{head}\r\nContent-Type: application/octet-stream\r\n\r\n".encode() + content


def form(*parts: bytes, boundary: str = BOUNDARY, encoded: bool = True, end: bytes = b"--\r\n") -> dict[str, Any]:
    mark = f"--{boundary}".encode()
    raw = b"".join(mark + b"\r\n" + each + b"\r\n" for each in parts) + mark + end
    body = base64.b64encode(raw).decode() if encoded else raw.decode("utf-8", "surrogateescape")
    headers = {"Content-Type": f'multipart/form-data; boundary="{boundary}"'}
    return {"headers": headers, "body": body, "isBase64Encoded": encoded}


def program(body: object) -> dict[str, Any]:
    return {"headers": {"Content-Type": "application/json"}, "body": json.dumps(body), "isBase64Encoded": False}


def encoded(*contents: bytes) -> dict[str, list[str]]:
    return {"files": [base64.b64encode(content).decode() for content in contents]}


@pytest.mark.parametrize("base64_in_event", [True, False])
def test_files_of_a_form_come_out_byte_for_byte(base64_in_event: bool) -> None:
    plain = b"Konto;Belopp\r\n" if not base64_in_event else ODD
    event = form(part(plain), part(plain + b"\r\n"), part(b"x"), encoded=base64_in_event)
    assert read_files(event) == [plain, plain + b"\r\n", b"x"]


def test_files_of_a_program_come_out_byte_for_byte() -> None:
    assert read_files(program(encoded(ODD, b""))) == [ODD, b""]


def test_a_field_without_a_file_is_no_file_and_an_empty_file_is_one() -> None:
    other = 'Content-Disposition: form-data; name="step"'
    none = 'Content-Disposition: form-data; name="files"; filename=""'
    assert read_files(form(part(b"send", other), part(b"", none), part(b""), part(b"x"))) == [b"", b"x"]


@pytest.mark.parametrize(
    "event",
    [
        form(),
        form(part(b"send", 'Content-Disposition: form-data; name="step"')),
        program({"files": []}),
    ],
)
def test_without_files_it_says_to_choose_one(event: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as refused:
        read_files(event)
    assert (refused.value.code, refused.value.field) == ("files_missing", "files")


@pytest.mark.parametrize(
    ("event", "code", "status"),
    [
        ({"headers": {"Content-Type": "application/pdf"}, "body": "x"}, "media_type_unknown", 415),
        ({"headers": {"Content-Type": "multipart/form-data"}, "body": "x"}, "upload_malformed", 400),
        (form(part(b"x"), end=b""), "upload_malformed", 400),
        (form(b"no head"), "upload_malformed", 400),
        ({**form(part(b"x")), "body": "inte base64!"}, "upload_malformed", 400),
        (program({"files": ["inte base64!"]}), "upload_malformed", 400),
        (program({"files": "x"}), "field_invalid", 422),
        (program({"files": [1]}), "field_invalid", 422),
        (program({**encoded(b"x"), "name": "x"}), "field_invalid", 422),
        (program([]), "json_not_an_object", 400),
        (form(*[part(b"x")] * (MOST_AT_ONCE + 1)), "too_many_files", 422),
        (program(encoded(*[b"x"] * (MOST_AT_ONCE + 1))), "too_many_files", 422),
        (form(part(bytes(LARGEST_UPLOAD)), part(b"x")), "upload_too_large", 413),
        (form(part(bytes(LARGEST_UPLOAD * 2))), "upload_too_large", 413),
        (program(encoded(bytes(LARGEST_UPLOAD + 1))), "upload_too_large", 413),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_cannot_be_taken_is_told_why(event: dict[str, Any], code: str, status: int) -> None:
    with pytest.raises(Refusal) as refused:
        read_files(event)
    assert (refused.value.code, refused.value.status) == (code, status)


def test_as_much_as_may_be_is_taken_and_fits_an_event_to_lambda() -> None:
    event = form(part(bytes(LARGEST_UPLOAD)))
    assert len(read_files(event)[0]) == LARGEST_UPLOAD
    assert len(event["body"]) < 6_000_000


def test_every_file_that_is_refused_is_named_by_its_place() -> None:
    with pytest.raises(Refusals) as refused:
        typed([b"a;b\nc;d\n", b"", b"MZ"], media_type_of)
    assert [each.code for each in refused.value.refusals] == ["file_empty", "file_dangerous"]
    assert [each.message[:6] for each in refused.value.refusals] == ["Fil 2:", "Fil 3:"]
