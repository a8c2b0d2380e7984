"""Serve `oidc-provider-mock` with one key of our own, and pages on which one chooses whom to be."""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import flask
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.serving import make_server

from local.processes import LOOPBACK

with warnings.catch_warnings():
    # It still uses a part of its library that a newer one has taken over from.
    warnings.simplefilter("ignore")
    from oidc_provider_mock import User, app


def create(told: dict[str, Any]) -> flask.Flask:
    """Make the provider of these people."""
    people = told["people"]
    made: flask.Flask = app(
        require_nonce=True,
        issue_refresh_token=False,
        user_claims=[User(sub=each["subject"], claims=each["claims"]) for each in people],
    )
    made.debug = False
    ours, theirs = FileSystemLoader(Path(__file__).parent / "templates"), made.jinja_loader
    made.jinja_loader = ChoiceLoader([ours, *([theirs] if theirs else [])])
    groups: dict[str, list[dict[str, str]]] = {}
    for each in people:
        groups.setdefault(each["group"], []).append(each)
    made.jinja_env.globals["groups"] = groups

    @made.before_request
    def use_the_key() -> None:
        storage = flask.g.oidc_provider_mock_storage
        if not hasattr(storage, "is_ours"):
            storage.jwk = type(storage.jwk).import_key(told["key"])
            storage.is_ours = True

    return made


def main(file: str) -> None:
    """Serve until the process is ended."""
    told = json.loads(Path(file).read_text("utf-8"))
    make_server(LOOPBACK, told["port"], create(told), threaded=True).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
