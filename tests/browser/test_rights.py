"""Every cell of the table of rights, tried over HTTP: each route as each role, in its own municipality and another."""

from __future__ import annotations

from itertools import product

import pytest

from statsbidrag.entry.rights import ANYONE, MUNICIPALITY, RIGHTS
from tests.browser.agency import ASKS, REPORTS, Agency
from tests.browser.callers import CALLERS, NOBODY, known_values

ROUTES = [(method, path) for path, methods in RIGHTS.items() for method in methods]
_REFUSALS = ("role_not_allowed", "not_your_municipality", "not_signed_in")
_PLACE = "{municipality}"
_OF_A_SESSION = "/logga-in/val"
"""A program has none, whatever its role: the tests of pages come here with one."""


@pytest.mark.at("after")
@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_each_route_lets_on_whom_the_table_says_and_nobody_else(agency: Agency, method: str, path: str) -> None:
    own_and_another = (ASKS, REPORTS) if _PLACE in path else (ASKS,)
    known = known_values(agency, path)
    for (role, who), code in product(CALLERS.items(), own_and_another):
        address = path.format(**known | {"municipality": code})
        token = agency.token(who) if who else ""
        api = agency.world.api
        answer = api.get(address, token) if method == "GET" else api.post(address, {}, token)
        assert answer.status_code < 500, f"{role} in {code}: {answer.text}"
        assert _said(answer.text, answer.status_code) == _expected(role, path, method, code), f"{role} in {code}"


def _expected(role: str, path: str, method: str, code: str) -> str:
    roles = RIGHTS[path][method]
    if roles == ANYONE:
        return ""
    if role == NOBODY or path == _OF_A_SESSION:
        return "not_signed_in"
    if role not in roles:
        return "role_not_allowed"
    return "not_your_municipality" if role in MUNICIPALITY and code != ASKS else ""


def _said(text: str, status: int) -> str:
    """Tell how the answer turns the caller away; empty where it does not."""
    if status == 401 and "Unauthorized" in text:
        return "not_signed_in"  # said by API Gateway
    return next((code for code in _REFUSALS if f'"{code}"' in text), "")
