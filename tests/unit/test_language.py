"""What people read is spelled as Swedish is: held against hunspell's dictionary and a word list of the domain."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import tomllib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORDS = ROOT / "tests" / "data" / "words.txt"
"""What the domain says and the dictionary lacks, sorted, a word a line."""
SWEDISH = re.compile(r"[åäöÅÄÖ]|\b(och|inte|för|som|till|den|det|med|kan|ska|har|ni|vi|er|är)\b", re.IGNORECASE)
ENGLISH_WORDS = re.compile(r"\b(the|of|is|to|not)\b")
ENGLISH = {"english.html"}
"""Pages that are not in Swedish."""
_NOT_WORDS = re.compile(
    r"<[^>]*>|&\w+;|https?://\S+|[\w.-]+@[\w.-]+|\S*[_/=\d]\S*|\{[^}]*\}",  # tags, addresses, names of fields and paths
)
_OF_TEMPLATES = re.compile(r"\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
_WORD = re.compile(r"(?<![\w-])(?:[A-ZÅÄÖ]?[a-zåäöé]+)(?:-[A-Za-zåäöé]+)*(?![\w-])")
"""Not what stands for letters, such as XML, nor the first half of a pair (hälso- och sjukvård)."""
_SHOWN_ATTRIBUTES = re.compile(r'(?:aria-label|title|alt)="([^"]*)"')


def _template(path: Path) -> str:
    text = _OF_TEMPLATES.sub(" ", path.read_text("utf-8"))
    text = re.sub(r"<(style|script)\b.*?</\1>", " ", text, flags=re.DOTALL)
    return " ".join([text, *_SHOWN_ATTRIBUTES.findall(text)])


def _toml(path: Path) -> str:
    def texts(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            for each in value.values() if isinstance(value, dict) else value:
                yield from texts(each)

    return "\n".join(text for text in texts(tomllib.loads(path.read_text("utf-8"))) if " " in text)


def _code(path: Path) -> str:
    """Give the Swedish literals of a module: what is said in a sentence, and no docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    docs = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    pieces = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in docs
    ]
    said = [piece for piece in pieces if " " in piece.strip() and SWEDISH.search(piece)]
    return "\n".join(piece for piece in said if not ENGLISH_WORDS.search(piece))


READERS: dict[str, Callable[[Path], str]] = {
    "functions/*/templates/*.html": _template,
    "shared/statsbidrag/entry/pages/*.html": _template,
    "shared/statsbidrag/documents/mails/*": _template,
    "rounds/*.toml": _toml,
    "functions/*/*.py": _code,
    "shared/statsbidrag/**/*.py": _code,
}
FILES = [
    (path, reads) for glob, reads in READERS.items() for path in sorted(ROOT.glob(glob)) if path.name not in ENGLISH
]


def _misspelt(texts: dict[str, str]) -> dict[str, list[str]]:
    """Give, by the name of each text, its words that neither the dictionary nor the list knows."""
    known = {form for word in _listed() for form in (word, word.lower())}
    words = {name: set(_WORD.findall(_NOT_WORDS.sub(" ", text))) for name, text in texts.items()}
    asked = {word for some in words.values() for word in some if len(word) > 1 and word.lower() not in known}
    wrong = _unknown(asked)
    return {name: sorted(some & wrong) for name, some in words.items() if some & wrong}


def _unknown(words: Iterable[str]) -> set[str]:
    """Give the words that the dictionary lacks."""
    command = ["hunspell", "-d", "sv_SE", "-i", "utf-8", "-l"]
    told = subprocess.run(command, input="\n".join(sorted(words)), capture_output=True, text=True, check=True)
    return set(told.stdout.split())


def _listed() -> set[str]:
    return set(WORDS.read_text("utf-8").split())


@pytest.fixture(autouse=True)
def dictionary() -> None:
    found = shutil.which("hunspell") and subprocess.run(
        ["hunspell", "-d", "sv_SE", "-l"], input="hej", capture_output=True, text=True, check=False
    )
    if not found or found.returncode:
        pytest.skip("NO SPELLING WAS CHECKED: install hunspell and its Swedish dictionary (hunspell-sv)")


def test_what_people_read_is_spelled_right() -> None:
    assert _misspelt({str(path.relative_to(ROOT)): reads(path) for path, reads in FILES}) == {}


def test_the_word_list_is_sorted_and_holds_nothing_that_the_dictionary_knows() -> None:
    lines = WORDS.read_text("utf-8").splitlines()
    assert lines == sorted(set(lines))
    assert _unknown(lines) == set(lines)


def test_every_word_of_the_list_is_used() -> None:
    said = _NOT_WORDS.sub(" ", "\n".join(reads(path) for path, reads in FILES)).lower()
    assert [word for word in _listed() if word.lower() not in said] == []


@pytest.mark.parametrize(
    "text", ["Vi har tagit emott er rekvisition", "<p>Fyl i beloppet</p>", 'x <a title="Fyl i">y</a>']
)
def test_a_misspelt_word_is_found(text: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(text, "utf-8")
    assert _misspelt({"page": _template(page)})
