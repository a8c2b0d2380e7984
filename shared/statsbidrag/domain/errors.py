"""One family of errors: each knows its code, its HTTP status and its Swedish text.

A `Refusal` is an answer, not a fault: the caller did something the rules do not allow, and asking again changes
nothing. A `Conflict` is lost to another writer and may be tried again on fresh state.
"""

from __future__ import annotations


class StatsbidragError(Exception):
    """Root of the family.

    Parameters
    ----------
    code
        Stable English identifier, such as ``amount_above_allocation``; safe to log.
    message
        Plain Swedish for the one who asked: what is wrong and what to do. Carries no secret and no personal data.
    status
        HTTP status of the answer.
    """

    retryable = False

    def __init__(self, code: str, message: str, *, status: int = 422) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


class Refusal(StatsbidragError):
    """The rules say no; trying again gives the same answer.

    Parameters
    ----------
    field
        The form field the answer belongs beside, if it belongs to one.
    """

    def __init__(self, code: str, message: str, *, field: str | None = None, status: int = 422) -> None:
        super().__init__(code, message, status=status)
        self.field = field


class Refusals(StatsbidragError):
    """Several fields are wrong at once; people should see all of them together."""

    def __init__(self, refusals: tuple[Refusal, ...]) -> None:
        super().__init__("invalid_input", "Några uppgifter behöver rättas.", status=max(r.status for r in refusals))
        self.refusals = refusals


class Conflict(StatsbidragError):
    """Somebody else changed the same thing first; load it again and decide anew."""

    retryable = True

    def __init__(self, what: str) -> None:
        super().__init__(
            "conflict",
            "Någon annan ändrade ärendet samtidigt. Ladda om sidan och försök igen.",
            status=409,
        )
        self.what = what


class NotYet(StatsbidragError):
    """It is too early: something that is under way must be recorded first; comes right by trying again."""

    retryable = True

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, status=409)


class NotTaken(StatsbidragError):
    """A service outside said no before doing anything.

    Parameters
    ----------
    retryable
        Whether it may say yes later, as when it was only busy.
    """

    def __init__(self, code: str, message: str, *, retryable: bool) -> None:
        super().__init__(code, message, status=503)
        self.retryable = retryable


class NotFound(StatsbidragError):
    """There is nothing under that name."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message, status=404)


class CorruptBooks(StatsbidragError):
    """Stored data contradicts itself; an officer and an engineer must look before anything goes on."""

    def __init__(self, what: str) -> None:
        super().__init__("corrupt_books", "Ett internt fel har upptäckts. Inget har ändrats.", status=500)
        self.what = what

    def __str__(self) -> str:
        return f"{self.code}: {self.what}"
