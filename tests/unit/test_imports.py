"""Each function imports what it ships and nothing that its path does not use, in an interpreter of its own.

The emulated AWS lends every function its own libraries, so a function that lacks one would run there.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest

from tests.unit.test_requirements import PIN

ROOT = Path(__file__).parents[2]
SHARED = ROOT / "shared"
FOLDERS = sorted(path.parent.name for path in ROOT.glob("functions/*/handler.py"))
RUNTIME = {"boto3", "botocore", "s3transfer", "jmespath", "dateutil", "six", "urllib3"}
"""What the Lambda runtime brings."""
AGENTS_PAGES = {
    "accept_agent_invitations",
    "apply_as_agent",
    "follow_agent_application",
    "manage_agents",
    "oversee_agents",
    "review_agents",
}
READS_BODIES = AGENTS_PAGES | {
    "attest_payouts",
    "change_accounts",
    "decide_late_requisitions",
    "charge_interest",
    "conclude_spot_checks",
    "correct_deliveries",
    "change_reports",
    "change_invoices",
    "correct_payouts",
    "decide_recoveries",
    "decide_undisputed",
    "draw_spot_checks",
    "hold_payouts",
    "note_appeals",
    "place_entries",
    "propose_accounts",
    "receive_hearing_answers",
    "receive_report",
    "receive_requisition",
    "reconsider_recoveries",
    "settle_invoices",
}
SHOWS_PAGES = AGENTS_PAGES | {
    "give_receipts",
    "propose_accounts",
    "receive_hearing_answers",
    "receive_records",
    "receive_report",
    "receive_requisition",
    "request_report_links",
    "show_case",
    "show_case_file",
    "show_pages",
    "show_round",
    "show_work",
    "sign_in",
}
WRITES_MAIL = {"send_mail"}
ONLY_IN = {
    "pydantic": READS_BODIES,
    "jinja2": SHOWS_PAGES | WRITES_MAIL,
    "authlib": {"sign_in"},
    "joserfc": {"authorize", "sign_in"},
    "lxml": {"read_bank_reports"},
    "openpyxl": {"import_agents", "import_allocations", "import_register"},
    "typst": {"give_receipts", "raise_repayment_invoices", "send_decision_letters"},
    "holidays": {"prepare_payouts", "queue_payouts", "send_payments"},
}
"""Libraries that cost time to import, and the functions whose path uses them."""
AT_FIRST_USE = {"authlib", "cryptography", "joserfc", "openpyxl", "typst", "holidays"}
"""Never at import: not every call of their function needs them."""
MOST_LINES = 90

_PROBE = """
import json, os, sys, traceback
shared, site, functions = json.loads(sys.argv[1])
sys.path[:0] = [shared, site]
import boto3

class Shipped:
    def __init__(self, allowed):
        self.allowed = allowed
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top not in self.allowed and top not in sys.stdlib_module_names and not top.startswith("_sysconfigdata"):
            raise ModuleNotFoundError(name)

def probe(folder, allowed):
    sys.path.insert(0, folder)
    sys.meta_path.insert(0, Shipped(allowed))
    os.environ["POWERTOOLS_SERVICE_NAME"] = os.path.basename(folder)
    import handler
    files = [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
    own = sorted(file for file in files if file.startswith((folder, shared)))
    return [sorted({name.partition(".")[0] for name in sys.modules}), own]

for folder, allowed in functions:
    if os.fork():
        os.wait()
        continue
    try:
        told = [None, *probe(folder, allowed)]
    except BaseException:
        told = [traceback.format_exc(), [], []]
    print(json.dumps([os.path.basename(folder), told]), flush=True)
    os._exit(0)
"""
"""Imports each handler in a process of its own that has the runtime's boto3 and finds only what ships."""


@cache
def _modules(requirements: Path) -> frozenset[str]:
    """Give the top-level modules that a locked file installs."""
    pins = PIN.finditer(requirements.read_text("utf-8")) if requirements.exists() else ()
    names = {match["name"].replace("_", "-").lower() for match in pins}
    installed = packages_distributions().items()
    return frozenset(top for top, dists in installed if names & {d.replace("_", "-").lower() for d in dists})


@cache
def _shipped(folder: str) -> frozenset[str]:
    own = _modules(ROOT / "functions" / folder / "requirements.txt")
    return own | _modules(SHARED / "requirements.txt") | RUNTIME | {"handler", "statsbidrag"}


def _probe(shipped: Mapping[str, frozenset[str]]) -> dict[str, tuple[str | None, list[str], list[str]]]:
    """Import handlers, each with what it ships; gives the fault, the modules loaded and our files among them."""
    site = str(distribution("msgspec").locate_file(""))
    functions = [(str(ROOT / "functions" / folder), sorted(allowed)) for folder, allowed in shipped.items()]
    command = [sys.executable, "-I", "-S", "-B", "-c", _PROBE, json.dumps([str(SHARED), site, functions])]
    ran = subprocess.run(command, env={"AWS_DEFAULT_REGION": "eu-north-1"}, capture_output=True, text=True, check=True)
    return dict(map(json.loads, ran.stdout.splitlines()))


@cache
def _probed() -> dict[str, tuple[str | None, list[str], list[str]]]:
    return _probe({folder: _shipped(folder) for folder in FOLDERS})


def _imported(folder: str) -> tuple[frozenset[str], tuple[Path, ...]]:
    """Give the top-level modules and our own files that importing a handler loads, where only what ships exists."""
    fault, tops, files = _probed()[folder]
    assert fault is None, f"{folder} does not start with what it ships:\n{fault}"
    return frozenset(tops), tuple(Path(file) for file in files)


def _imports_in(file: Path) -> set[str]:
    """Give every top-level module that a file imports, at once or at first use, but not for types alone."""
    tree = ast.parse(file.read_text("utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            node.body = []
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.partition(".")[0])
    return found


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_function_starts_with_what_it_ships(folder: str) -> None:
    assert {"handler", "statsbidrag"} <= _imported(folder)[0]


@pytest.mark.parametrize("folder", FOLDERS)
def test_what_is_imported_at_first_use_is_shipped_too(folder: str) -> None:
    later = {top for file in _imported(folder)[1] for top in _imports_in(file)}
    assert later - sys.stdlib_module_names <= _shipped(folder)


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_is_imported_that_the_path_does_not_use(folder: str) -> None:
    tops = _imported(folder)[0]
    assert {library for library in tops & ONLY_IN.keys() if folder not in ONLY_IN[library]} == set()
    assert not tops & AT_FIRST_USE


@pytest.mark.parametrize(
    ("library", "folder"), [(lib, each) for lib, users in ONLY_IN.items() for each in sorted(users)]
)
def test_what_a_path_uses_is_shipped(library: str, folder: str) -> None:
    assert library in _shipped(folder)


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_client_is_made_at_import(folder: str) -> None:
    """Making a session or client takes longer than the rest of a cold start."""
    for file in _imported(folder)[1]:
        for node in ast.parse(file.read_text("utf-8")).body:
            if isinstance(node, (ast.Assign, ast.AnnAssign, ast.Expr)):
                assert "client(" not in ast.unparse(node), file
                assert "Session(" not in ast.unparse(node), file


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_handler_stays_short(folder: str) -> None:
    """A handler parses, calls one use case and maps the result; empty lines do not count."""
    lines = (ROOT / "functions" / folder / "handler.py").read_text("utf-8").splitlines()
    assert sum(1 for line in lines if line.strip()) <= MOST_LINES


def test_the_probe_finds_what_is_not_shipped() -> None:
    fault, *_ = _probe({"read_bank_reports": _shipped("read_bank_reports") - {"lxml"}})["read_bank_reports"]
    assert fault is not None
    assert "ModuleNotFoundError: lxml" in fault
    assert not {"moto", "httpx", "boto3_stubs", "pytest"} & _shipped("read_bank_reports")
