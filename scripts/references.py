"""Write the references that follow from the code: `docs/openapi.json`, `docs/logs.md` and `docs/events.md`.

With `--check`, write nothing and say which of them is stale.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "shared")]
os.environ.setdefault("POWERTOOLS_SERVICE_NAME", "references")

from scripts import catalogues, openapi  # noqa: E402 - found by the path above

REFERENCES: Mapping[str, Callable[[], str]] = {
    "openapi.json": openapi.document,
    "logs.md": catalogues.logs_page,
    "events.md": catalogues.events_page,
}


def stale(folder: Path) -> list[str]:
    """Name the references in a folder that are not what the code says."""
    files = {name: folder / name for name in REFERENCES}
    return [n for n, file in files.items() if not file.exists() or file.read_text("utf-8") != REFERENCES[n]()]


def write(folder: Path) -> None:
    """Write every reference into a folder."""
    for name, text in REFERENCES.items():
        (folder / name).write_text(text(), "utf-8")


def main() -> int:
    """Write or check; gives the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a reference is stale")
    if not parser.parse_args().check:
        write(ROOT / "docs")
        return 0
    faults = [
        *catalogues.catalogue_faults(),
        *(f"docs/{name} is stale: run make format" for name in stale(ROOT / "docs")),
    ]
    for fault in faults:
        print(fault, file=sys.stderr)  # noqa: T201 - a command of `make check`
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
