"""The stand-in for e-identification in the embedded run: choose who to be, get the cookie, go on.

It proves nothing, and the token it hands out is accepted by no deployed stack.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from local.web import NOT_FOUND, Answer, Request, Site, page, redirect
from statsbidrag.domain.identifiers import RoundId
from statsbidrag.domain.recipient import Recipient
from statsbidrag.entry.development_token import Role

COOKIE = "session"
_FORGET = f"{COOKIE}=; HttpOnly; SameSite=Lax; Path=/; Max-Age=0"

_CHOOSE = page("""
<p>Här loggar du in på låtsas. I verklig drift görs det med e-legitimation.</p>
{% if fault %}<p class="fault" id="municipality-fault"><strong>Fel:</strong> {{ fault }}</p>{% endif %}
<form method="post" action="/">
<input type="hidden" name="next" value="{{ next }}">
<fieldset>
<legend>Ombud för en kommun</legend>
<label for="municipality">Kommun (kod eller namn)</label>
<input id="municipality" name="municipality" list="municipalities" size="40" value="{{ typed }}" autocomplete="off"
{%- if fault %} aria-invalid="true" aria-describedby="municipality-fault"{% endif %}>
<datalist id="municipalities">
{% for municipality in municipalities %}<option value="{{ municipality }}"></option>
{% endfor %}</datalist>
<div><button name="who" value="agent">Logga in som ombud</button></div>
</fieldset>
<fieldset>
<legend>Anställd på myndigheten</legend>
{% for person in staff %}<button name="who" value="{{ person.subject }}">{{ person.label }}</button>
{% endfor %}</fieldset>
</form>
""")
_START = page("""
<ul>
{% for label, address in addresses.items() %}<li><a href="{{ address }}">{{ label }}</a></li>
{% endfor %}</ul>
<form method="post" action="/logga-ut"><button>Logga ut</button></form>
""")


class Person(NamedTuple):
    """Somebody at the agency that one can be."""

    subject: str
    role: Role
    label: str


STAFF = (
    Person("officer-1", "officer", "Handläggare 1"),
    Person("officer-2", "officer", "Handläggare 2"),
    Person("attester-1", "attester", "Attestant 1"),
    Person("attester-2", "attester", "Attestant 2"),
)


class SignIn:
    """The pages; give `answer` to a `Site`, or use `serve`.

    Parameters
    ----------
    sign
        Gives the token of a subject, a role and a municipality code (empty for staff).
    pages
        Where the pages for people are, without a trailing slash. Nobody is sent on to any other place.
    addresses
        Swedish label and address of what staff may want to open.
    """

    def __init__(
        self,
        sign: Callable[[str, Role, str], str],
        *,
        round_id: RoundId,
        recipients: Sequence[Recipient],
        pages: str,
        addresses: Mapping[str, str],
    ) -> None:
        self._sign, self._round, self._pages = sign, round_id, pages
        self._addresses = dict(addresses)
        self._names = {str(r.municipality): r.name for r in recipients}
        self._codes = {r.name.casefold(): str(r.municipality) for r in recipients}

    def serve(self, port: int = 0) -> Site:
        """Serve the pages on loopback; the caller stops the site."""
        return Site(self.answer, port)

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        match request.method, request.path:
            case "GET", "/":
                return self._choose(request.query.get("next", ""))
            case "POST", "/":
                return self._enter(request.form)
            case "GET", "/start":
                return Answer(_START.render(title="Välj vad du vill öppna", addresses=self._addresses))
            case "POST", "/logga-ut":
                return redirect("/", ("Set-Cookie", _FORGET))
        return NOT_FOUND

    def _choose(self, next_: str, typed: str = "", fault: str = "") -> Answer:
        municipalities = [f"{code} {name}" for code, name in self._names.items()]
        title = "Logga in" if not fault else "Fel: Logga in"
        shown = {"next": next_, "typed": typed, "fault": fault, "municipalities": municipalities, "staff": STAFF}
        return Answer(_CHOOSE.render(title=title, **shown), 422 if fault else 200)

    def _enter(self, form: dict[str, str]) -> Answer:
        next_ = form.get("next", "")
        who = form.get("who", "")
        for person in STAFF:
            if who == person.subject:
                return self._go(self._sign(person.subject, person.role, ""), next_, "/start")
        typed = form.get("municipality", "")
        code = self._code(typed)
        if code is None:
            fault = "Välj en kommun i listan. Skriv kommunkoden, till exempel 0114, eller kommunens namn."
            return self._choose(next_, typed, fault)
        form_address = f"{self._pages}/rekvisition/{self._round}/{code}"
        return self._go(self._sign(f"agent-{code}", "agent", code), next_, form_address)

    def _code(self, typed: str) -> str | None:
        text = typed.strip()
        found = re.match(r"[0-9]{4}\b", text)
        code = found[0] if found else self._codes.get(text.casefold())
        return code if code in self._names else None

    def _go(self, token: str, next_: str, otherwise: str) -> Answer:
        cookie = f"{COOKIE}={token}; HttpOnly; SameSite=Lax; Path=/"
        return redirect(next_ if self._is_ours(next_) else otherwise, ("Set-Cookie", cookie))

    def _is_ours(self, address: str) -> bool:
        ours, given = urlsplit(self._pages), urlsplit(address)
        plain = not re.search(r"[\\\s\x00-\x1f]", address)
        return plain and (given.scheme, given.netloc) == (ours.scheme, ours.netloc)
