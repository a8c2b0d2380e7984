"""Show what is the same for everyone: the stylesheet and the accessibility statement."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.entry import api
from statsbidrag.entry.pages import STYLE, Pages

STYLESHEET = "/stil.css"
ACCESSIBILITY = "/tillganglighet"
PAGES = Pages()

app = api.create_app(PAGES.error)
api.options(app, STYLESHEET, "GET")
api.options(app, ACCESSIBILITY, "GET")


@app.get(STYLESHEET)
def style() -> Response[str]:
    """Give the stylesheet of every page."""
    return Response(200, content_type="text/css; charset=utf-8", body=STYLE, headers=dict(api.PUBLIC))


@app.get(ACCESSIBILITY)
def accessibility() -> Response[str]:
    """Show the accessibility statement."""
    body = PAGES.render("accessibility.html", api.root(app.current_event.raw_event))
    return api.page(body, headers=dict(api.PUBLIC))


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
