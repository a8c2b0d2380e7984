"""The way in and out: to the identity provider and back, as whom to act, another session id, and the end of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.sessions import CHOICE, SignInFailed, own_page
from statsbidrag.entry import api, cookies, entrance
from statsbidrag.entry.bodies import read_fields
from statsbidrag.entry.guard import posted_token
from statsbidrag.entry.pages import Pages, faults
from statsbidrag.usecases.signing_in import NOBODY, Answer, Entered

PAGES = Pages(Path(__file__).parent / "templates")
START, BACK, RENEWAL, OUT = "/logga-in", "/logga-in/svar", "/logga-in/fornya", "/logga-ut"
LABELS = {"choice": "Jag vill arbeta som"}

app = api.create_app(PAGES.error)


def not_let_in(failed: SignInFailed) -> Response[str]:
    """Show what went wrong and what to do about it."""
    event = app.current_event.raw_event
    entrance.log_failure(failed)
    again = api.root(event) + entrance.way("logga-in", failed.wanted)
    body = PAGES.render("sign_in_failed.html", api.root(event), failed=failed, again=again, call=api.correlation(event))
    return entrance.forgetting(api.page(body, failed.status), cookies.ATTEMPT)


app.exception_handler(SignInFailed)(not_let_in)


@app.get(START)
def start() -> Response[str]:
    """Lead to the identity provider."""
    secret, address = entrance.doors().start(_asked("till"))
    return entrance.leave_for(address, cookies.attempt(secret))


@app.get(BACK)
def finish() -> Response[str]:
    """Take in who the provider sends back, and lead on to the page that was wanted."""
    event = app.current_event.raw_event
    attempt, before = (cookies.read(event, name) for name in (cookies.ATTEMPT, cookies.SESSION))
    entered = entrance.doors().finish(attempt, Answer(_asked("code"), _asked("state"), _asked("error")), before)
    return entrance.forgetting(_led_on(entered), cookies.ATTEMPT)


@app.get(CHOICE)
def show_choices() -> Response[str]:
    """Show as whom the person may act; without a page to go to then, lead on who has chosen already.

    A program has no session, and no page of its own.
    """
    who, wanted = api.caller(app.current_event.raw_event), _asked("till")
    if who.csrf and not wanted and who.role != NOBODY.role:
        return api.see_other(app.current_event.raw_event, own_page(who.role, who.municipality)[1:])
    return _show_choices(wanted)


@app.post(CHOICE)
def choose() -> Response[str]:
    """Act as what was chosen, under a new session id."""
    event = app.current_event.raw_event
    fields = read_fields(event)
    role, _, municipality = str(fields.get("choice", "")).partition(":")
    wanted = str(fields.get("till", ""))
    try:
        entered = entrance.doors().choose(cookies.read(event, cookies.SESSION), role, municipality, wanted)
    except Refusal as refused:
        if refused.field is None:
            raise
        api.log_refusal(event, refused)
        return _show_choices(wanted, refused)
    return _led_on(entered)


@app.get(RENEWAL)
def renew() -> Response[str]:
    """Give the session another id, and lead back; whoever has none is led to sign in."""
    event, wanted = app.current_event.raw_event, _asked("till")
    try:
        return _led_on(entrance.doors().renew(cookies.read(event, cookies.SESSION), wanted))
    except Refusal:
        return api.see_other(event, entrance.way("logga-in", wanted))


@app.post(OUT)
def sign_out() -> Response[str]:
    """End the session here, and show where the provider's own can be ended."""
    event = app.current_event.raw_event
    end = entrance.doors().sign_out(cookies.read(event, cookies.SESSION), posted_token(event))
    body = PAGES.render("signed_out.html", api.root(event), end=end)
    return entrance.forgetting(api.page(body), cookies.SESSION)


def _asked(name: str) -> str:
    return str(app.current_event.get_query_string_value(name, "") or "")


def _led_on(entered: Entered) -> Response[str]:
    event = app.current_event.raw_event
    to = entrance.way("logga-in/val", entered.wanted) if entered.to_choose else entered.wanted[1:]
    return api.see_other(event, to, *([cookies.session(entered.secret)] if entered.secret else []))


def _show_choices(wanted: str, refused: Refusal | None = None) -> Response[str]:
    event = app.current_event.raw_event
    session, options = entrance.choices(cookies.read(event, cookies.SESSION))
    wrong = faults(refused, LABELS) if refused else ()
    shown = {"options": options, "wanted": wanted, "labels": LABELS, "faults": wrong, "session": session}
    return api.page(PAGES.render("choices.html", api.root(event), **shown), 422 if refused else 200)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
