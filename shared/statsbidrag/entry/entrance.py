"""What the pages of the sign-in share: its use cases, its addresses, and what its choices are called."""

from __future__ import annotations

from urllib.parse import urlencode

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.shared.cookies import Cookie

from statsbidrag.domain.mandates import municipality_shown
from statsbidrag.domain.sessions import Choice, Session, SignInFailed, local_path
from statsbidrag.entry import cookies, wiring
from statsbidrag.entry.api import HTML
from statsbidrag.entry.logs import logger
from statsbidrag.entry.rights import ROLE_NAMES
from statsbidrag.usecases.signing_in import Entrance


def doors() -> Entrance:
    """Give the use cases of the way in."""
    return Entrance(
        wiring.identity_provider(), wiring.sessions(), wiring.mandates(), wiring.register(), wiring.real_clock()
    )


def way(page: str, wanted: str) -> str:
    """Give the way from the site's root to a page of the sign-in that leads on to another page."""
    to = local_path(wanted)
    return page + (f"?{urlencode({'till': to})}" if to != "/" else "")


def leave_for(address: str, cookie: Cookie) -> Response[str]:
    """Send a browser to the identity provider."""
    return Response(303, content_type=HTML, body="", headers={"Location": address}, cookies=[cookie])


def forgetting(answer: Response[str], name: str) -> Response[str]:
    """Take a cookie away with an answer."""
    answer.cookies.append(cookies.forget(name))
    return answer


def choices(secret: str) -> tuple[Session, list[tuple[str, str]]]:
    """Give a session, and the value and name of each way in which its person may act."""
    entrance = doors()
    session, options = entrance.choices(secret)
    return session, [(f"{each.role}:{each.municipality}", _name(each, entrance)) for each in options]


def _name(choice: Choice, entrance: Entrance) -> str:
    if not choice.municipality:
        return ROLE_NAMES[choice.role]
    shown = municipality_shown(choice.municipality, entrance.name_of(choice.municipality))
    return f"{ROLE_NAMES[choice.role]} för {shown}"


def log_failure(failed: SignInFailed) -> None:
    """Write that somebody did not get in; a provider that does not answer is more than a person's mistake."""
    if failed.code == "provider_unavailable":
        logger.error("provider_unavailable")
    else:
        logger.info("sign_in_failed", code=failed.code)
