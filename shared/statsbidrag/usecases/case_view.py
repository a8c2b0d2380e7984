"""Show a municipality its cases: where each stands, what is next, and the papers that lie in the archive."""

from __future__ import annotations

from datetime import datetime

import msgspec

from statsbidrag.domain.case import CASE, Case, case_key
from statsbidrag.domain.case.state import opened
from statsbidrag.domain.case.timeline import Step, next_step, timeline
from statsbidrag.domain.errors import NotFound
from statsbidrag.domain.identifiers import MunicipalityCode, RoundId
from statsbidrag.domain.recipient import Recipient
from statsbidrag.domain.terms import Round
from statsbidrag.domain.time import swedish_date
from statsbidrag.ports import Files
from statsbidrag.usecases.books import Books
from statsbidrag.usecases.rounds import get_round

PDF, XML = "application/pdf", "application/xml"


class Document(msgspec.Struct, frozen=True):
    """A paper of a case.

    Attributes
    ----------
    name
        What it is called in addresses and on the reader's machine.
    key
        Where it lies in the archive.
    """

    name: str
    title: str
    media_type: str
    key: str


class CaseView(msgspec.Struct, frozen=True):
    """One case as its municipality sees it; `next` is empty where nobody has anything to do."""

    round: Round
    recipient: Recipient
    case_number: str
    case: Case
    steps: tuple[Step, ...]
    next: Step | None
    documents: tuple[Document, ...]
    now: datetime


class HomeView(msgspec.Struct, frozen=True):
    """A municipality's cases, the newest round first."""

    recipient: Recipient
    cases: tuple[CaseView, ...]


def show(books: Books, round_id: RoundId, municipality: MunicipalityCode) -> CaseView:
    """Give a case; `NotFound` for a round or municipality that is not there."""
    return _view(books, get_round(books, round_id), books.state(CASE, case_key(round_id, municipality)))


def home(books: Books, municipality: MunicipalityCode) -> HomeView:
    """Give every case of a municipality; `NotFound` ``unknown_municipality`` where it has none."""
    rounds = [RoundId(name) for name in sorted(books.store.listed("ROUNDS"), reverse=True)]
    cases = books.states(CASE, (case_key(round_id, municipality) for round_id in rounds))
    found = tuple(_view(books, get_round(books, case.round), case) for case in cases if case.recipient)
    if not found:
        raise NotFound("unknown_municipality", "Kommunen har inga ärenden. Kontakta myndigheten om det är fel.")
    return HomeView(found[0].recipient, found)


def _view(books: Books, grant_round: Round, case: Case) -> CaseView:
    recipient, _ = opened(case)
    now = books.now()
    steps = timeline(case, now)
    return CaseView(grant_round, recipient, case.number, case, steps, next_step(steps), documents(case), now)


def documents(case: Case) -> tuple[Document, ...]:
    """Give what the archive holds of a case for its municipality: decisions, invoices and credit notes."""
    found: list[Document] = []
    for recovery in case.recoveries:
        if recovery.decided_at and recovery.letter:
            title = f"Beslut om återkrav {swedish_date(recovery.decided_at).isoformat()}"
            found.append(Document(f"beslut-{recovery.id}.pdf", title, PDF, recovery.letter))
        for number, again in enumerate(recovery.reconsidered, start=1):
            if again.letter:
                title = f"Omprövning av beslut {swedish_date(again.decided_at).isoformat()}"
                found.append(Document(f"omprovning-{recovery.id}-{number}.pdf", title, PDF, again.letter))
    papers = [("Faktura", i.number, i.pdf, i.xml) for i in case.all_invoices]
    papers += [("Kreditfaktura", n.number, n.pdf, n.xml) for n in case.credit_notes]
    for kind, name, pdf, xml in papers:
        if pdf and xml:
            found.append(Document(f"{name}.pdf", f"{kind} {name}", PDF, pdf))
            found.append(Document(f"{name}.xml", f"{kind} {name}, e-faktura", XML, xml))
    return tuple(found)


def read_document(
    books: Books, archive: Files, round_id: RoundId, municipality: MunicipalityCode, name: str
) -> tuple[Document, bytes]:
    """Give a paper of a case with its content; `NotFound` ``unknown_document`` for a name that the case has not."""
    found = next((each for each in show(books, round_id, municipality).documents if each.name == name), None)
    if found is None:
        raise NotFound("unknown_document", "Handlingen finns inte i ärendet.")
    return found, archive.get(found.key)
