"""Take in the agents that the agency approved before there was this system."""

from __future__ import annotations

from typing import Any

from statsbidrag.documents.agents_file import read_agents
from statsbidrag.domain.errors import Refusal
from statsbidrag.domain.identifiers import RoundId, parse_round
from statsbidrag.entry import inbox, wiring
from statsbidrag.usecases.agents import take_over


def handler(event: dict[str, Any], context: Any) -> None:
    """Check each file whole, and write who acts for each municipality."""
    for key in inbox.objects(event):
        inbox.take_in(
            key,
            wiring.files("inbox_bucket"),
            lambda name, content: take_over(
                wiring.books(),
                wiring.register(),
                read_agents(content, name),
                _round_of(name),
                wiring.system(context.aws_request_id),
            ),
        )


def _round_of(key: str) -> RoundId:
    parts = key.split("/")
    if len(parts) != 3:
        raise Refusal("round_missing", "Lägg filen under agents/ och omgångens år, till exempel 2025.")
    return parse_round(parts[1])
