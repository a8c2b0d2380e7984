"""The agency's old register of agents: read whole, or refused with every line that is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from statsbidrag.documents.agents_file import read_agents
from statsbidrag.documents.register_file import read_register
from statsbidrag.domain.errors import Refusals

ROOT = Path(__file__).parents[3]
HEAD = "Kommunkod;Namn;Titel;E-post;Telefon;Roll;Subjekt\n"
LINE = "0114;Ett Ombud;Chef;ombud@kommun.example;010-1;ombud;person-1\n"


def test_the_example_has_an_agent_for_every_municipality_of_the_register() -> None:
    found = read_agents((ROOT / "examples/ombud.csv").read_bytes(), "ombud.csv")
    register = read_register((ROOT / "examples/kommunregister.csv").read_bytes(), "kommunregister.csv")
    assert set(found) == {recipient.municipality for recipient in register}
    assert all(sum(each.role == "agent" for each in some) == 1 for some in found.values())
    assert sorted(each.role for each in found[register[0].municipality]) == ["agent", "coordinator", "representative"]


def test_title_and_phone_may_be_empty_and_columns_stand_in_any_order() -> None:
    text = "Roll;Kommunkod;Subjekt;Namn;E-post;Telefon;Titel\nOmbud;114;p-1;Ett Ombud;o@kommun.example;;\n"
    ((code, (mandate,)),) = read_agents(text.encode(), "x.csv").items()
    assert (code, mandate.role, mandate.person.phone) == ("0114", "agent", "")


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (LINE.replace("0114", "x"), "unknown_municipality"),
        (LINE.replace("Ett Ombud", ""), "text_missing"),
        (LINE.replace("Ett Ombud", "19811228-9874"), "identity_number_in_text"),
        (LINE.replace("ombud@kommun.example", "ombud"), "email_invalid"),
        (LINE.replace(";ombud;", ";chef;"), "role_unknown"),
        (LINE.replace("person-1", ""), "subject_invalid"),
        (LINE.replace("person-1", "198112289874"), "subject_invalid"),
        (LINE.replace("person-1", "19811228-9874"), "subject_invalid"),
        (LINE.replace("person-1", "=A1"), "formula_cell"),
        (LINE + LINE, "agent_doubled"),
        (LINE + LINE.replace("person-1", "person-2"), "agent_doubled"),
        (LINE + LINE.replace(";ombud;", ";representant;"), "person_doubled"),
        (
            "".join(LINE.replace(";ombud;", ";representant;").replace("person-1", f"person-{n}") for n in range(21)),
            "too_many_persons",
        ),
        ("", "file_empty"),
    ],
)
def test_what_is_wrong_is_refused_with_its_line(lines: str, code: str) -> None:
    with pytest.raises(Refusals) as caught:
        read_agents((HEAD + lines).encode(), "x.csv")
    assert code in [refusal.code for refusal in caught.value.refusals]
    assert "9874" not in str([refusal.message for refusal in caught.value.refusals])


def test_another_table_is_refused() -> None:
    with pytest.raises(Refusals) as caught:
        read_agents(b"Kommunkod;Belopp\n0114;1\n", "x.csv")
    assert [refusal.code for refusal in caught.value.refusals] == ["unknown_layout"]
