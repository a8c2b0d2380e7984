"""The identity provider of the embedded run: a real one over HTTP, on loopback, with the people one can be."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from joserfc import jwt
from joserfc.jwk import RSAKey

from local.build import ROOT
from local.processes import LOOPBACK, answers, free_port, minimal_environment, running
from statsbidrag.adapters.clock import SystemClock
from statsbidrag.domain.mandates import Mandate
from statsbidrag.domain.recipient import Recipient

AUDIENCE, STAFF_CLAIM = "statsbidrag-api", "roles"
OFFICER, ATTESTER = "statsbidrag-handlaggare", "statsbidrag-attestant"
"""As template.yaml has them where nobody says otherwise."""
LOA2, LOA3 = (f"http://id.elegnamnden.se/loa/1.0/loa{level}" for level in (2, 3))
_TOKENS_LAST = timedelta(days=1)
_READY_SECONDS = 60.0
_KEY_NAME = "embedded-1"


class Person(NamedTuple):
    """Somebody that one can be.

    Attributes
    ----------
    group
        What the page gathers them under.
    staff
        What the staff claim says; empty for everybody else.
    mandates
        For whom the person acts, as the register of agents has it.
    """

    subject: str
    label: str
    group: str
    staff: str = ""
    mandates: tuple[Mandate, ...] = ()
    acr: str = LOA3

    @property
    def claims(self) -> dict[str, Any]:
        """What the provider tells of the person."""
        told = {"name": self.label, "acr": self.acr}
        return told | ({STAFF_CLAIM: [self.staff]} if self.staff else {})


_AGENCY, _MUNICIPALITIES, _OTHERS = "Myndigheten", "Kommuner", "Andra"
STAFF = (
    Person("officer-1", "Handläggare 1", _AGENCY, OFFICER),
    Person("officer-2", "Handläggare 2", _AGENCY, OFFICER),
    Person("attester-1", "Attestant 1", _AGENCY, ATTESTER),
    Person("attester-2", "Attestant 2", _AGENCY, ATTESTER),
)


def people(recipients: Sequence[Recipient]) -> tuple[Person, ...]:
    """Give everybody: staff, an agent for each municipality, more for the first of them, and who acts for nobody."""
    agents = tuple(
        Person(
            f"agent-{r.municipality}", f"Ombud för {r.name}", _MUNICIPALITIES, "", (Mandate(r.municipality, "agent"),)
        )
        for r in recipients
    )
    first = recipients[0]
    others = (
        Person(
            f"representative-{first.municipality}",
            f"Representant för {first.name}",
            _OTHERS,
            mandates=(Mandate(first.municipality, "representative"),),
        ),
        Person(
            f"coordinator-{first.municipality}",
            f"Uppgiftssamordnare för {first.name}",
            _OTHERS,
            mandates=(Mandate(first.municipality, "coordinator"),),
        ),
        Person(
            "representative-of-several",
            "Representant för flera kommuner",
            _OTHERS,
            mandates=tuple(Mandate(r.municipality, "representative") for r in recipients[1:3]),
        ),
        Person("person-1", "Person utan uppdrag", _OTHERS),
        Person("person-2", "Person med e-legitimation på nivå 2", _OTHERS, acr=LOA2),
    )
    return STAFF + agents + others


class Provider:
    """The running provider, and tokens that it would give to programs: signed with its key, without asking it."""

    def __init__(self, url: str, key: RSAKey) -> None:
        self.url, self._key = url, key
        self._tokens: dict[tuple[str, str], str] = {}

    @property
    def parameters(self) -> dict[str, str]:
        """What the stack's template must be told of it."""
        return {"OidcIssuer": self.url}

    def token(self, subject: str, role: str) -> str:
        """Give a program's token; staff by the claim, everybody else by what the register of agents says."""
        if (subject, role) not in self._tokens:
            self._tokens[subject, role] = self.sign(self.claims(subject, role))
        return self._tokens[subject, role]

    def claims(self, subject: str, role: str) -> dict[str, Any]:
        """Give what a program's token says."""
        now = SystemClock().now()
        staff = {"officer": OFFICER, "attester": ATTESTER}.get(role)
        times = {"iat": int(now.timestamp()), "exp": int((now + _TOKENS_LAST).timestamp())}
        told = {"iss": self.url, "aud": AUDIENCE, "sub": subject, **times}
        return told | ({STAFF_CLAIM: [staff]} if staff else {})

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Sign claims as the provider does."""
        return jwt.encode({"alg": "RS256", "kid": _KEY_NAME, "typ": "at+jwt"}, dict(claims), self._key)


@contextmanager
def provider(workdir: Path, known: Sequence[Person]) -> Iterator[Provider]:
    """Run the provider on a free loopback port until the block ends.

    Parameters
    ----------
    workdir
        Folder for its log and for what it is told: its key, which nothing else trusts, and its people.
    """
    key = RSAKey.generate_key(2048, {"kid": _KEY_NAME, "use": "sig", "alg": "RS256"})
    port = free_port()
    told = workdir / "provider.json"
    workdir.mkdir(parents=True, exist_ok=True)
    persons = [{"subject": p.subject, "label": p.label, "group": p.group, "claims": p.claims} for p in known]
    told.write_text(json.dumps({"port": port, "key": key.as_dict(private=True), "people": persons}), "utf-8")
    url = f"http://{LOOPBACK}:{port}"
    with running(
        [sys.executable, "-m", "local.provider.serve", str(told)],
        log=workdir / "provider.log",
        environment=minimal_environment({"PYTHONPATH": f"{ROOT}:{ROOT / 'shared'}", "AUTHLIB_INSECURE_TRANSPORT": "1"}),
        ready=answers(f"{url}/jwks"),
        limit_seconds=_READY_SECONDS,
        cwd=ROOT,
    ):
        yield Provider(url, key)
