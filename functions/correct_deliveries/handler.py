"""Show what a municipality was sent and how it arrived; put right what did not: links, addresses, proof."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.case import Case
from statsbidrag.domain.case import commands as c
from statsbidrag.domain.case.links import delivered_in_time, expires_at
from statsbidrag.domain.case.state import opened
from statsbidrag.domain.identifiers import parse_municipality, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.delivery_bodies import Proof, RegistryAddress
from statsbidrag.entry.models import Reasoned, read_json
from statsbidrag.usecases import corrections, links

DELIVERIES = "/rounds/<round_id>/municipalities/<municipality>/deliveries"
ADDRESS = f"{DELIVERIES}/address"
PROOF = f"{DELIVERIES}/proof"
RENEWAL = f"{DELIVERIES}/links/renewal"
REVOCATION = f"{DELIVERIES}/links/revocation"


app = api.create_app()


@app.get(DELIVERIES)
def show(round_id: str, municipality: str) -> Response[str]:
    """Give the report links and e-mails of a municipality, with what became of each."""
    return api.document(
        _view(corrections.show(wiring.books(), parse_round(round_id), parse_municipality(municipality)))
    )


@app.post(ADDRESS)
def correct_address(round_id: str, municipality: str) -> Response[str]:
    """Say which address the registry has; what bounced goes out again under new names."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, RegistryAddress)
    return _act(round_id, municipality, c.CorrectRegistryAddress(body.email, body.reason, officer))


@app.post(PROOF)
def prove(round_id: str, municipality: str) -> Response[str]:
    """Prove on which day the link reached the municipality, as by post."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Proof)
    return _act(round_id, municipality, c.ProveDelivery(body.day(), body.reason, officer))


@app.post(RENEWAL)
def renew(round_id: str, municipality: str) -> Response[str]:
    """Send the registry another report link."""
    event = app.current_event.raw_event
    officer, place = api.caller(event).subject, (parse_round(round_id), parse_municipality(municipality))
    return api.document(_view(links.renew(wiring.books(), wiring.links(), *place, officer, api.context(event))))


@app.post(REVOCATION)
def revoke(round_id: str, municipality: str) -> Response[str]:
    """Close every report link of the municipality."""
    event = app.current_event.raw_event
    officer, body = api.caller(event).subject, read_json(event, Reasoned)
    return _act(round_id, municipality, c.RevokeReportLinks(body.reason, officer))


def _act(round_id: str, municipality: str, command: c.CaseCommand) -> Response[str]:
    place = parse_round(round_id), parse_municipality(municipality)
    return api.document(
        _view(corrections.act(wiring.books(), *place, command, api.context(app.current_event.raw_event)))
    )


def _view(case: Case) -> dict[str, Any]:
    recipient, terms = opened(case)
    return {
        "case_number": case.number,
        "registry_email": recipient.registry_email,
        "proofs": delivered_in_time(case, terms),
        "links": [
            {
                "link": link.number,
                "issued_at": link.issued_at,
                "expires_at": expires_at(case, link),
                "revoked_at": link.revoked_at,
            }
            for link in case.links
        ],
        "mails": [
            {
                "mail": mail.id,
                "to": mail.to,
                "owed_at": mail.owed_at,
                "status": mail.status,
                "complaint": mail.complaint,
            }
            for mail in sorted(case.mails.values(), key=lambda mail: (mail.owed_at, mail.id))
        ],
    }


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Answer a call."""
    return api.run(app, event, context)
