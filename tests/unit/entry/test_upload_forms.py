"""Fields and files of one form: byte for byte, and plain refusals of what is no form."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from statsbidrag.domain.errors import Refusal, Refusals
from statsbidrag.entry.uploads import read_form
from tests.unit.entry.calls import call, form, program

HEAD = {"Content-Type": 'multipart/form-data; boundary="x-1"'}
NAME = b'--x-1\r\nContent-Disposition: form-data; name="name"\r\n\r\nNy S\xc3\xb6kande\r\n'
FILE = b'--x-1\r\nContent-Disposition: form-data; name="files"; filename="a.pdf"\r\n\r\n\x00\xff\r\n%PDF\r\n'
END = b"--x-1--\r\n"


def posted(raw: bytes, head: dict[str, str] | None = None) -> dict[str, Any]:
    return call("POST", "/x", body=base64.b64encode(raw).decode(), base64=True, headers=head or HEAD)


def code(event: dict[str, Any]) -> str:
    with pytest.raises((Refusal, Refusals)) as caught:
        read_form(event)
    return caught.value.code


def test_fields_and_files_come_as_they_were_sent() -> None:
    assert read_form(posted(NAME + FILE + END)) == ({"name": "Ny Sökande"}, [b"\x00\xff\r\n%PDF"])


def test_a_file_field_left_empty_is_no_file_and_the_sessions_token_no_field() -> None:
    empty = b'--x-1\r\nContent-Disposition: form-data; name="files"; filename=""\r\n\r\n\r\n'
    token = NAME.replace(b'"name"', b'"csrf"')
    assert read_form(posted(empty + token + END)) == ({}, [])


def test_a_program_sends_the_same_as_json_and_a_plain_form_has_no_files() -> None:
    sent = {"name": "Ny", "files": [base64.b64encode(b"%PDF").decode()]}
    assert read_form(program("/x", sent)) == ({"name": "Ny"}, [b"%PDF"])
    assert read_form(form("/x", {"name": "Ny"})) == ({"name": "Ny"}, [])


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (posted(NAME + FILE), "upload_malformed"),
        (posted(b""), "upload_malformed"),
        (posted(NAME + END, {"Content-Type": "multipart/form-data"}), "upload_malformed"),
        (posted(b"--x-1\r\nno head" + END), "upload_malformed"),
        (posted(b"--x-1\r\nX: y\r\n\r\nz\r\n" + END), "upload_malformed"),
        (posted(NAME.replace(b'"name"', b'"n"') * 101 + END), "upload_malformed"),
        (posted(NAME + NAME + END), "field_repeated"),
        (posted(NAME.replace(b"\xc3\xb6", b"\xff") + END), "body_undecodable"),
        (posted(NAME.replace(b"Ny", b"N\x00") + END), "invalid_input"),
        (posted(FILE * 11 + END), "too_many_files"),
        (posted(FILE.replace(b"%PDF", b"x" * 4_000_001) + END), "upload_too_large"),
        (posted(NAME + END, {"Content-Type": "text/plain"}), "media_type_unknown"),
        (program("/x", {"files": "x"}), "field_invalid"),
        (program("/x", {"files": [1]}), "field_invalid"),
        (program("/x", {"files": ["not base64!"]}), "upload_malformed"),
    ],
)
def test_what_is_no_form_is_refused(event: dict[str, Any], expected: str) -> None:
    assert code(event) == expected
