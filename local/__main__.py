"""The commands behind `make`: `python -m local year|run|compare|verify|logs|redrive|clock|bench`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "shared"))


def main() -> int:
    """Read the command line and do what it says; gives the exit code."""
    options = _parser().parse_args()
    # Imported where they are used: `verify` needs no AWS.
    match options.command:
        case "year":
            from local.run import year  # noqa: PLC0415

            return year(options)
        case "run":
            from local.run import run  # noqa: PLC0415

            return run(options)
        case "verify":
            from local.verify import main as verify  # noqa: PLC0415

            return verify(Path(options.out))
        case "compare":
            from local.faults.compare import main as compare  # noqa: PLC0415

            return compare(*options.years)
        case "logs":
            from local.served import logs  # noqa: PLC0415

            return logs(options)
        case "redrive":
            from local.redrive import main as redrive  # noqa: PLC0415

            return redrive(["--queue", options.queue, *(["--apply"] if options.apply else [])])
        case "clock":
            from local.served import clock  # noqa: PLC0415

            return clock(options)
    from local.bench import main as bench  # noqa: PLC0415

    return bench()


def _ways(text: str) -> tuple[str, ...]:
    from local.year.bank_ways import parse_ways  # noqa: PLC0415

    try:
        return parse_ways(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, what in (("year", "play a year and exit"), ("run", "play a year and keep serving")):
        command = commands.add_parser(name, help=what)
        command.add_argument("--round", default="2025")
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--out", default="build/year")
        command.add_argument("--allocations", type=Path)
        command.add_argument("--register", type=Path)
        command.add_argument("--rounds", type=Path, default=ROOT / "rounds")
        command.add_argument("--faults", action="store_true", help="break everything on purpose, from the seed")
        command.add_argument("--bank", type=_ways, default=(), help="how the bank misbehaves, such as silent or all")
        if name == "run":
            command.add_argument("--no-play", dest="play", action="store_false", help="only open the round")
    compare = commands.add_parser("compare", help="hold the outcomes of two years against each other")
    compare.add_argument("years", nargs=2, type=Path)
    commands.add_parser("verify", help="check the files of a year").add_argument("--out", default="build/year")
    logs = commands.add_parser("logs", help="follow the log of what is served")
    logs.add_argument("--function", help="one function only, such as send_mail")
    logs.add_argument("--case", help="one case only: 9.3-0114/2025, CASE#2025#0114 or 0114")
    logs.add_argument("--once", dest="follow", action="store_false", help="do not wait for more")
    redrive = commands.add_parser("redrive", help="show a dead-letter queue, or send its messages again")
    redrive.add_argument("--queue", required=True, help="such as mail, payments or bank_reports")
    redrive.add_argument("--apply", action="store_true", help="send them again")
    commands.add_parser("clock", help="show or move the clock of what is served").add_argument("instant", nargs="?")
    commands.add_parser("bench", help="measure")
    return parser


if __name__ == "__main__":
    sys.exit(main())
