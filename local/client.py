"""Callers of the API in the embedded run: over HTTP through API Gateway, each with a token of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
from lxml import html

from local.provider import Provider

Fields = Mapping[str, str]


class UnexpectedAnswerError(RuntimeError):
    """The API answered with another status than the year needs; says which and what."""


class Api:
    """The API at its own name; safe to use from several threads.

    Parameters
    ----------
    endpoint
        Address that is connected to.
    site
        Address of the site as callers know it, without a trailing slash: its host is what the calls are for.
    provider
        Gives programs their tokens.
    transport
        Carries the calls; a plain one when None.
    """

    def __init__(
        self,
        endpoint: str,
        site: str,
        *,
        provider: Provider,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.site = site
        self._provider = provider
        self._http = httpx.Client(
            base_url=endpoint,
            headers={"Host": urlsplit(site).netloc},
            timeout=120,
            trust_env=False,
            transport=transport,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def token(self, subject: str, role: str) -> str:
        """Give the token of a program that calls for somebody."""
        return self._provider.token(subject, role)

    def get(self, path: str, token: str = "", *, page: bool = False) -> httpx.Response:
        """Get JSON, or a page for people."""
        return self._http.get(path, headers=_headers(token, "text/html" if page else "application/json"))

    def post(self, path: str, body: Mapping[str, Any], token: str = "", *, key: str = "") -> httpx.Response:
        """Post JSON; the key names the request."""
        headers = _headers(token, "application/json") | ({"Idempotency-Key": key} if key else {})
        return self._http.post(path, json=body, headers=headers)

    def post_form(self, path: str, fields: Fields, token: str = "") -> httpx.Response:
        """Post a form as a browser does."""
        return self._http.post(path, data=dict(fields), headers=_headers(token, "text/html"))

    def send_form(self, path: str, answers: Fields, token: str = "") -> httpx.Response:
        """Open a form, fill it in, review and send it, as a person does; gives the receipt."""
        shown = expect(self.get(path, token, page=True), 200)
        reviewed = expect(self.post_form(path, filled(shown.text, answers) | {"step": "review"}, token), 200)
        return self.post_form(path, filled(reviewed.text, {}) | {"step": "send"}, token)


def expect(answer: httpx.Response, *statuses: int) -> httpx.Response:
    """Give the answer back if it has one of the statuses.

    Raises
    ------
    UnexpectedAnswerError
        It has not. Of the address only the first part is named: the rest may be a link that is somebody's secret.
    """
    if answer.status_code not in statuses:
        where = "/".join(answer.request.url.path.split("/")[:2])
        raise UnexpectedAnswerError(f"{answer.request.method} {where}/…: {answer.status_code} {answer.text[:500]}")
    return answer


def filled(page: str, answers: Fields) -> dict[str, str]:
    """Give the fields that a browser sends of a page's form, when a person has filled it in."""
    found = next(form for form in html.fromstring(page).forms if "request_key" in form.fields)
    for name, answer in answers.items():
        field: Any = found.inputs[name]
        if getattr(field, "checkable", False):
            field.checked = True
        else:
            field.value = answer
    return {str(name): str(value) for name, value in found.form_values()}


def _headers(token: str, accept: str) -> dict[str, str]:
    return {"Accept": accept} | ({"Authorization": f"Bearer {token}"} if token else {})
