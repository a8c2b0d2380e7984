"""Write one large payment file and print what it took: `local.bench` runs this in a process of its own."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from stdnum import luhn

from statsbidrag.documents.case_papers import payment_file
from statsbidrag.documents.round_file import read_round
from statsbidrag.domain.batches import Batch, Line, batch_id
from statsbidrag.domain.identifiers import Account, MunicipalityCode, payout_id
from statsbidrag.domain.money import kronor
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import start_of


def main(round_file: str, payments: str) -> None:
    """Print the seconds of writing and the process's peak of memory in MB, as a JSON list."""
    grant_round = read_round(Path(round_file).read_bytes())
    batch = _batch(grant_round, int(payments))
    begun = time.perf_counter()
    payment_file(batch)
    seconds = time.perf_counter() - begun
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([round(seconds, 2), round(kibibytes * 1024 / 1_000_000)]))


def _batch(grant_round: Round, payments: int) -> Batch:
    day = grant_round.terms.requisition_opens
    return Batch(
        id=batch_id(grant_round.id, day, 1),
        round=grant_round.id,
        execution_date=day,
        planned_at=start_of(day),
        debtor=grant_round.agency,
        pain_version=grant_round.payments.pain_version,
        lines=tuple(_line(grant_round, number) for number in range(payments)),
    )


def _line(grant_round: Round, number: int) -> Line:
    code, account = MunicipalityCode(f"{number:04d}"), f"998{number:04d}"
    return Line(
        payout=payout_id(grant_round.id, code, 1),
        municipality=code,
        creditor=f"Exempel {code}",
        account=Account("bankgiro", f"{account}{luhn.calc_check_digit(account)}"),
        amount=kronor(100_000 + number),
        remittance=f"{grant_round.name} 9.3-{code}/{grant_round.id}",
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
