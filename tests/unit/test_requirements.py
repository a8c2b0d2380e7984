"""The locked requirements: every machine installs the same bytes, and the layer is what the tests ran with."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKED = sorted(
    [*ROOT.glob("requirements/*.txt"), *ROOT.glob("functions/*/requirements.txt"), ROOT / "shared/requirements.txt"]
)
DEPLOYED = [path for path in LOCKED if path.parent.name != "requirements"]
PIN = re.compile(r"^(?P<name>[a-z0-9][a-z0-9.-]*)==(?P<version>\S+)", re.MULTILINE)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _pins(path: Path) -> dict[str, str]:
    return {match["name"]: match["version"] for match in PIN.finditer(path.read_text("utf-8"))}


def _entries(path: Path) -> list[str]:
    """The lines of a file without comments, continued ones joined."""
    text = re.sub(r"\\\n", " ", path.read_text("utf-8"))
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize("path", LOCKED, ids=_name)
def test_every_requirement_is_pinned_with_hashes(path: Path) -> None:
    for entry in _entries(path):
        assert PIN.match(entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("path", LOCKED, ids=_name)
def test_no_index_host_or_path_of_a_machine(path: Path) -> None:
    text = path.read_text("utf-8")
    assert "://" not in text
    assert not re.search(r"^\s*-", text.replace("    --hash", ""), re.MULTILINE)
    assert not re.search(r"(?<!\w)/(?:home|root|opt|work|Users|tmp)/", text)


@pytest.mark.parametrize("path", LOCKED, ids=_name)
def test_every_named_package_is_locked(path: Path) -> None:
    named = {
        re.split(r"[\[<>=! ]", line)[0]
        for line in path.with_suffix(".in").read_text("utf-8").splitlines()
        if line and not line.startswith(("#", "-"))
    }
    assert named
    assert named <= _pins(path).keys()


@pytest.mark.parametrize("path", DEPLOYED, ids=_name)
def test_what_is_deployed_is_what_the_tests_run_with(path: Path) -> None:
    assert _pins(path).items() <= _pins(ROOT / "requirements/dev.txt").items()


def test_functions_bring_only_what_the_layer_lacks() -> None:
    layer = _pins(ROOT / "shared/requirements.txt").keys()
    for path in DEPLOYED:
        if path.parent.name != "shared":
            assert not layer & _pins(path).keys(), path.parent.name


def test_every_function_with_libraries_is_part_of_the_development_environment() -> None:
    included = (ROOT / "requirements/dev.in").read_text("utf-8")
    for path in DEPLOYED:
        assert f"-r ../{path.with_suffix('.in').relative_to(ROOT).as_posix()}\n" in included


def test_the_emulated_aws_lends_the_functions_nothing_but_its_own_needs() -> None:
    # Its site-packages are on every emulated function's path: a library there would hide that a function lacks it.
    own = _pins(ROOT / "requirements/aws.txt").keys()
    lent = own & {"msgspec", "aws-lambda-powertools", "jinja2", "python-stdnum", "tzdata", "lxml", "openpyxl", "typst"}
    assert not lent
