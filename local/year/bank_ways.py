"""What the bank does to payouts when it is told to misbehave: one way for each payment file, in the order given."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from local.bank import PLENTY, Bank
from statsbidrag.domain.identifiers import Account, MunicipalityCode
from statsbidrag.domain.money import Ore, kronor

ALL = "all"
_END_TO_END = re.compile(r"<EndToEndId>(P-\d{4}-(\d{4})-\d+)</EndToEndId>")
_FUNDER, _FUNDING = "Riksgälden", "Anslag"


class _Waiting(NamedTuple):
    """The payment files that wait for the bank.

    Attributes
    ----------
    payouts
        End-to-end id and municipality of each payment.
    account_of
        Gives the account that the register has of a municipality.
    """

    files: Sequence[bytes]
    payouts: Sequence[tuple[str, MunicipalityCode]]
    account_of: Callable[[MunicipalityCode], Account]


Way = Callable[[Bank, _Waiting], None]


def _close_an_account(bank: Bank, waiting: _Waiting) -> None:
    bank.close_account(waiting.account_of(waiting.payouts[0][1]))


def _send_again(bank: Bank, waiting: _Waiting) -> None:
    for file in waiting.files:
        bank.post(file)


def _return_one(bank: Bank, waiting: _Waiting) -> None:
    bank.return_later(waiting.payouts[0][0])


WAYS: Mapping[str, Way] = {
    "insufficient-funds": lambda bank, _: bank.overdraw_nothing(),
    "closed-account": _close_an_account,
    "rejected-file": lambda bank, _: bank.reject_files(),
    "duplicate": _send_again,
    "return-later": _return_one,
    "silent": lambda bank, _: bank.stay_silent(),
    "statement-gap": lambda bank, _: bank.leave_gaps_in_statements(),
    "lost-file": lambda bank, _: bank.lose_files(),
}
"""Every way by its name. The first is the first payment file's: money comes in before the next one."""


class BankWays:
    """The ways of one year.

    Parameters
    ----------
    names
        Of `WAYS`; each befalls one payment file, and those that follow go as they should.
    """

    def __init__(self, names: Sequence[str] = ()) -> None:
        self.names = tuple(way for way in WAYS if way in names or ALL in names)
        self._left = list(self.names)
        self._came: list[str] = []
        self._short = "insufficient-funds" in self.names

    @property
    def balance(self) -> Ore:
        """What the agency has in the bank from the beginning, öre."""
        return kronor(1) if self._short else PLENTY

    def told(self) -> dict[str, list[str]]:
        """Tell which ways came, in order, and which found no payment file; what it adds to the summary."""
        return {"bank_ways": self._came, "bank_ways_left": self._left} if self.names else {}

    def befall(
        self,
        bank: Bank,
        files: Sequence[bytes],
        account_of: Callable[[MunicipalityCode], Account],
        closed: frozenset[MunicipalityCode] = frozenset(),
    ) -> str:
        """Let the bank take the files that wait for it in the way that is next; gives its name, or nothing.

        The way before ends with it: it has lasted until now, for the statement of its day. Payments that are rejected
        anyway, to the `closed` accounts, would hide what befalls them.
        """
        bank.behave()
        named = _END_TO_END.findall(b"".join(files).decode())
        payouts = [(name, MunicipalityCode(code)) for name, code in named if code not in closed]
        if not payouts:
            return ""
        if self._short and "insufficient-funds" not in self._left:
            bank.credit(PLENTY, debtor_name=_FUNDER, note=_FUNDING)
            self._short = False
        # A statement of one entry without it would say nothing at all, and the agency gets none of those.
        fits = (way for way in self._left if way != "statement-gap" or len(payouts) > 1)
        way = next(fits, "")
        if way:
            self._left.remove(way)
            self._came.append(way)
            WAYS[way](bank, _Waiting(files, payouts, account_of))
        return way


def parse_ways(text: str) -> tuple[str, ...]:
    """Read what `BANK=` names: some ways with commas between them, or all of them.

    Raises
    ------
    ValueError
        For a name that is none, with those that there are.
    """
    names = tuple(name.strip() for name in text.split(",") if name.strip())
    unknown = [name for name in names if name not in (*WAYS, ALL)]
    if unknown:
        raise ValueError(f"BANK={unknown[0]} is no way of the bank: choose from {', '.join((*WAYS, ALL))}")
    return names
