"""Who can call the API, and names that it knows: what the tests of all routes share."""

from __future__ import annotations

import json
from typing import Any

from local.build import ROOT
from tests.browser.agency import (
    ASKS,
    ATTESTER,
    COORDINATOR,
    DAWDLES,
    DECIDED,
    DRAFTS,
    HEARD,
    OFFICER,
    PERSON,
    REPRESENTATIVE,
    ROUND,
    Agency,
    Signed,
    agent,
)

NOBODY = "anyone"
"""The role of who has not signed in, as the API's description calls it."""
CALLERS: dict[str, Signed | None] = {
    NOBODY: None,
    "person": PERSON,
    "agent": agent(ASKS),
    "representative": REPRESENTATIVE,
    "coordinator": COORDINATOR,
    "officer": OFFICER,
    "attester": ATTESTER,
}
"""One of each role; whoever acts for a municipality acts for `ASKS`."""
DESCRIPTION: dict[str, Any] = json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))


_ACTIONS = {"arende": "stoppa", "batch": "makulera-betalning", "omgang": "lagg-betalning", "stopp": "stoppa-allt"}
"""An action of staff on each kind of page that has some."""


def known_values(agency: Agency, path: str) -> dict[str, str]:
    """Give a name that exists for each parameter of a route, as far as one does."""
    hearing = "yttrande" in path
    of_a_recovery = "recoveries" in path or "invoice" in path
    municipality = DECIDED if of_a_recovery and not path.endswith("hearing") else ASKS
    link = agency.hearing_path(HEARD) if hearing else agency.report_path(DRAFTS if "draft" in path else DAWDLES)
    action = next((action for page, action in _ACTIONS.items() if f"/{page}/" in path), "stoppa")
    return {
        "action": action,
        "round": ROUND,
        "municipality": municipality,
        "token": link.rpartition("/")[2],
        "number": "1",
        "list": agency.list_id,
        "application": f"{ASKS}-1",
        "document": "1.pdf",
        "batch": agency.batch_id,
        "payout": f"P-{ROUND}-{municipality}-1",
        "invoice": f"I-{ROUND}-{DECIDED}-1",
    }
