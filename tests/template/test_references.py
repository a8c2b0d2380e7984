"""The generated references say what the code says, and the log catalogue holds exactly what is written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scripts import catalogues
from scripts.references import REFERENCES, ROOT, stale, write
from scripts.template import read
from statsbidrag.entry.logs import EVENTS


@pytest.fixture(scope="module")
def openapi() -> Any:
    return json.loads(REFERENCES["openapi.json"]())


def test_no_reference_is_stale() -> None:
    assert stale(ROOT / "docs") == []


def test_a_reference_that_is_changed_or_missing_is_stale(tmp_path: Path) -> None:
    write(tmp_path)
    assert stale(tmp_path) == []
    (tmp_path / "logs.md").write_text((tmp_path / "logs.md").read_text("utf-8") + "more\n", "utf-8")
    (tmp_path / "events.md").unlink()
    assert stale(tmp_path) == ["logs.md", "events.md"]


def test_the_log_catalogue_is_what_is_written() -> None:
    assert list(catalogues.catalogue_faults()) == []


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        (lambda events: events.pop("file_taken_in"), "file_taken_in is written and not in the catalogue"),
        (lambda events: events.pop("payout_sent"), "payout_sent is written and not in the catalogue"),
        (lambda events: events.update(nothing="Ever."), "nothing is in the catalogue and never written"),
    ],
)
def test_a_catalogue_that_lacks_or_adds_a_name_is_found(
    monkeypatch: pytest.MonkeyPatch, changed: Any, fault: str
) -> None:
    events = dict(EVENTS)
    changed(events)
    monkeypatch.setattr(catalogues, "EVENTS", events)
    assert list(catalogues.catalogue_faults()) == [fault]


def test_a_log_name_that_is_put_together_is_found(tmp_path: Path) -> None:
    source = tmp_path / "one.py"
    source.write_text('logger.info(f"file_{what}", file="a")\n', "utf-8")
    with pytest.raises(ValueError, match=r"one\.py:1"):
        list(catalogues.written_lines(source))


def test_every_route_of_the_template_is_described_as_it_is_guarded(openapi: Any) -> None:
    for event in read().events("Api"):
        operation = openapi["paths"][event.properties["Path"]][event.properties["Method"].lower()]
        is_open = event.properties.get("Auth", {}).get("Authorizer") == "NONE"
        assert (operation["security"] == []) is is_open
        assert ("401" in operation["responses"]) is not is_open
        assert operation["summary"].endswith(".")


def test_every_operation_has_a_name_of_its_own(openapi: Any) -> None:
    names = [
        operation["operationId"]
        for path in openapi["paths"].values()
        for m, operation in path.items()
        if m != "parameters"
    ]
    assert len(set(names)) == len(names)


def test_every_reference_within_the_description_leads_somewhere_and_every_schema_is_used(openapi: Any) -> None:
    def refs(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            for key, each in value.items():
                if key == "$ref":
                    yield each
                else:
                    yield from refs(each)
        elif isinstance(value, list):
            for each in value:
                yield from refs(each)

    used = {ref.removeprefix("#/components/schemas/") for ref in refs(openapi)}
    assert used == openapi["components"]["schemas"].keys()


def test_what_a_requisition_must_say_is_required(openapi: Any) -> None:
    form = openapi["components"]["schemas"]["Requisition"]
    assert set(form["required"]) == set(form["properties"]) - {"peppol_id", "contact_email"}
    assert form["additionalProperties"] is False
    receipt = openapi["components"]["schemas"]["RequisitionReceipt"]["properties"]
    assert receipt["amount_ore"] == {"type": "integer", "description": "Öre"}
    assert "amount" not in receipt
