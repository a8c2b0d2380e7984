"""What the API says of itself holds: schemathesis calls every route as everyone, and each answer is as described.

`OPENAPI_EXAMPLES` makes the campaign longer: so many examples of each route.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import schemathesis
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.browser.agency import Agency
from tests.browser.callers import CALLERS, DESCRIPTION, NOBODY, known_values

EXAMPLES = int(os.environ.get("OPENAPI_EXAMPLES", "10"))
_SEED = 2025
_NO_PROXIES = {"http": None, "all": None}
_CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def _described() -> Iterator[schemathesis.APIOperation[Any, Any, Any, Any]]:
    for found in schemathesis.openapi.from_dict(DESCRIPTION).get_all_operations():
        assert isinstance(found, Ok), found
        yield found.ok()


_OPERATIONS = {f"{operation.method.upper()} {operation.path}": operation for operation in _described()}


def _callers(roles: list[str]) -> list[str]:
    """Give everyone once, and those who may more often: whoever is turned away is always turned away alike."""
    may = [role for role in CALLERS if role in roles] or [NOBODY]
    return [*CALLERS, *(may * (2 * len(CALLERS) // len(may)))]


@pytest.mark.at("after")
@pytest.mark.parametrize("name", sorted(_OPERATIONS))
def test_every_answer_is_as_described(agency: Agency, name: str) -> None:
    operation, known = _OPERATIONS[name], known_values(agency, name)
    callers = _callers(operation.definition.raw.get("x-roles", [NOBODY]))
    right, wrong = (
        operation.as_strategy(generation_mode=m) for m in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    )
    headers = {"Host": urlsplit(agency.site).netloc}

    @seed(_SEED)
    @settings(
        max_examples=EXAMPLES, derandomize=False, database=None, deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(
        case=st.one_of(right, right, wrong),
        role=st.sampled_from(callers),
        exists=st.booleans(),
        accept=st.sampled_from(["application/json", "text/html"]),
    )
    def every_answer(case: schemathesis.Case[Any], role: str, exists: bool, accept: str) -> None:
        who = CALLERS[role]
        signed = {"Authorization": f"Bearer {agency.token(who)}"} if who else {}
        for parameter, value in case.path_parameters.items():
            # API Gateway itself turns away an address with a line break in it
            if exists or not unquote(str(value)).isprintable():
                case.path_parameters[parameter] = known[parameter]
        wishes = {**headers, **signed, "Accept": accept}
        answer = case.call(base_url=agency.world.stack.endpoint, headers=wishes, proxies=_NO_PROXIES)
        case.validate_response(answer, checks=_CHECKS)

    every_answer()
