"""What is deployed on the embedded AWS: the built template and one zip for the layer and each function."""

import fcntl
import hashlib
import os
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import yaml

from local.processes import run

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
REGION: Final = "eu-north-1"
_BUILT_FROM = ("template.yaml", "functions", "shared")
_EPOCH = (1980, 1, 1, 0, 0, 0)


@cache
def python_runtime() -> str:
    """Return the Lambda runtime that MiniStack really runs: its own interpreter, such as `python3.11`."""
    code = "import sys; print('python%d.%d' % sys.version_info[:2])"
    command = [str(VENV / "aws/bin/python"), "-c", code]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def built_template(template: Path) -> Path:
    """Return where the build of a template puts the template to deploy."""
    return template.resolve().parent / "build/sam" / python_runtime() / "packaged.yaml"


def build_stack(template: Path, log: Path) -> Path:
    """Build a template with `sam build`, once for all who deploy it, and zip what it made.

    Nothing is done when neither template, functions nor layer changed since the last build.

    Parameters
    ----------
    template
        The SAM template; its folder holds `functions` and `shared`.
    log
        File for what `sam build` prints.

    Returns
    -------
    Path
        The template to deploy.
    """
    packaged = built_template(template)
    folder = packaged.parent
    folder.mkdir(parents=True, exist_ok=True)
    mark, now = folder / "built-from", _fingerprint(template.parent)
    with locked(folder, exclusive=True):
        if not mark.exists() or mark.read_text("ascii") != now:
            mark.unlink(missing_ok=True)
            _sam_build(template, folder, log)
            _package(folder / "build/template.yaml", packaged)
            mark.write_text(now, "ascii")
    return packaged


@contextmanager
def locked(folder: Path, *, exclusive: bool) -> Iterator[None]:
    """Hold the lock of a build folder: exclusive to write it, shared to read it."""
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH)
        yield


def _sam_build(template: Path, folder: Path, log: Path) -> None:
    runtime = python_runtime()
    own = {
        "PATH": os.pathsep.join([str(VENV / "aws/bin"), os.environ.get("PATH", os.defpath)]),
        "PYTHON_RUNTIME": runtime,
        "LAMBDA_PLATFORM": "",
        "SAM_CLI_TELEMETRY": "0",
        "AWS_DEFAULT_REGION": REGION,
    }
    command: list[str | Path] = [
        VENV / "sam/bin/sam", "build", "--template", template, "--cached", "--parallel",
        "--build-dir", folder / "build", "--cache-dir", folder / "cache",
        "--parameter-overrides", f"PythonRuntime={runtime}",
    ]  # fmt: skip
    # The caller's environment stays: pip needs its settings of this machine.
    run(command, log=log, environment=dict(os.environ) | own, cwd=folder)


def _package(built: Path, packaged: Path) -> None:
    """Put zips in place of folders: `sam deploy` would compress them anew for each deployment.

    They are stored, not compressed: each cold start on the embedded AWS unpacks them.
    """
    template = yaml.safe_load(built.read_text("utf-8"))
    for name, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        for key in properties.keys() & {"CodeUri", "ContentUri"}:
            archive = packaged.parent / f"{name}.zip"
            _zip(built.parent / properties[key], archive)
            properties[key] = archive.name
    packaged.write_text(yaml.safe_dump(template, sort_keys=False, allow_unicode=True), "utf-8")


def _zip(folder: Path, archive: Path) -> None:
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as out:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), _EPOCH)
                out.writestr(entry, path.read_bytes())


def _fingerprint(source: Path) -> str:
    digest = hashlib.sha256()
    for name in _BUILT_FROM:
        top = source / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(source)}\0{path.stat().st_size}\0".encode())
                digest.update(path.read_bytes())
    return digest.hexdigest()
