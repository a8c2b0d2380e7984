"""Small web pages on loopback, for the stand-ins of the embedded run."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, urlsplit

from jinja2 import Environment, StrictUndefined, Template

HOST = "statsbidrag.localhost"
_HOSTS = (HOST, "localhost", "127.0.0.1")
_LONGEST_FORM = 10_000
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; frame-src 'self'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}
_STYLE = """
:root { color-scheme: light dark; --line: light-dark(#767676, #8c8c8c); --link: light-dark(#0b5394, #9cc9ff) }
body { font: 1.0625rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem 1.25rem 4rem }
h1 { font-size: 1.75rem; line-height: 1.2 } a { color: var(--link) }
table { border-collapse: collapse; width: 100% } caption { text-align: left; font-weight: 600 }
th, td { text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere }
fieldset { border: 1px solid var(--line); border-radius: .5rem; margin: 0 0 1.5rem; padding: 1rem 1.25rem }
legend { font-weight: 600; padding: 0 .5rem } label { display: block; margin: .25rem 0 }
input { font: inherit; padding: .5rem; border: 1px solid var(--line); border-radius: .25rem; max-width: 100% }
button { font: inherit; padding: .5rem 1rem; margin: .5rem .5rem 0 0; border-radius: .25rem; cursor: pointer }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px }
pre, iframe { width: 100%; box-sizing: border-box; border: 1px solid var(--line); border-radius: .25rem }
pre { white-space: pre-wrap; padding: 1rem; font: inherit } iframe { height: 32rem; background: #fff }
.fault { border-left: .3rem solid light-dark(#b3261e, #ffb4ab); padding-left: 1rem }
"""
_LAYOUT = """<!doctype html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<link rel="stylesheet" href="/stil.css">
</head>
<body>
<main>
<h1>{% block heading %}{{ title }}{% endblock %}</h1>
{% block content %}{% endblock %}
</main>
</body>
</html>
"""


class Request(NamedTuple):
    """What a browser asked; form and query hold the last value of each name."""

    method: str
    path: str
    query: dict[str, str]
    form: dict[str, str]


class Answer(NamedTuple):
    """What it gets."""

    body: str | bytes = ""
    status: int = 200
    content_type: str = "text/html; charset=utf-8"
    headers: tuple[tuple[str, str], ...] = ()


NOT_FOUND = Answer("Sidan finns inte.", 404, "text/plain; charset=utf-8")


def page(content: str) -> Template:
    """Make a page of the block ``content``; texts put in are escaped."""
    environment = Environment(autoescape=True, undefined=StrictUndefined)
    layout = environment.from_string(_LAYOUT)
    environment.globals["layout"] = layout
    return environment.from_string("{% extends layout %}{% block content %}" + content + "{% endblock %}")


def redirect(to: str, *headers: tuple[str, str]) -> Answer:
    """Send the browser on, to be fetched with GET."""
    return Answer(status=303, headers=(("Location", to), *headers))


class Site:
    """Serves pages from a thread, on 127.0.0.1 alone; use it as a context manager.

    Parameters
    ----------
    answer
        Gives the answer to a request; called from several threads.
    port
        0 takes a free one.
    """

    def __init__(self, answer: Callable[[Request], Answer], port: int = 0) -> None:
        handler = type("Handler", (_Handler,), {"answer": staticmethod(answer)})
        self._server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self._server.daemon_threads = True
        self.url = f"http://{HOST}:{self._server.server_port}/"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    answer: Callable[[Request], Answer]

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", "0"))
        if length > _LONGEST_FORM:
            self._write(Answer("Formuläret är för stort.", 413, "text/plain; charset=utf-8"))
            return
        form = self.rfile.read(length).decode("utf-8", errors="replace")
        self._answer(dict(parse_qsl(form, keep_blank_values=True)))

    def _answer(self, form: dict[str, str]) -> None:
        address = urlsplit(self.path)
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in _HOSTS:
            # another name that leads here is somebody else's page reaching in
            self._write(Answer("Okänt värdnamn.", 421, "text/plain; charset=utf-8"))
        elif address.path == "/stil.css":
            self._write(Answer(_STYLE, content_type="text/css; charset=utf-8"))
        else:
            query = dict(parse_qsl(address.query, keep_blank_values=True))
            self._write(type(self).answer(Request(self.command, address.path, query, form)))

    def _write(self, answer: Answer) -> None:
        body = answer.body.encode() if isinstance(answer.body, str) else answer.body
        self.send_response(answer.status)
        own = dict(answer.headers)
        for name, value in _HEADERS.items():
            if name not in own:
                self.send_header(name, value)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the standard library's
        """Say nothing: the addresses hold who somebody chose to be."""
