"""Give signed receipts of requisitions and reports, and the key that anybody checks them by."""

from __future__ import annotations

from typing import Any

from aws_lambda_powertools.event_handler.api_gateway import Response

from statsbidrag.domain.identifiers import MunicipalityCode, RoundId, parse_municipality, parse_round
from statsbidrag.entry import api, wiring
from statsbidrag.entry.pages import Pages
from statsbidrag.usecases import receipts
from statsbidrag.usecases.receipts import PDF, Signed

RECEIPT = "/kommun/<municipality>/arende/<round_id>/kvitto/<document>"
BEHIND_LINK = "/aterrapportering/<token>/kvitto"
KEY = "/kvittonyckel.pem"

app = api.create_app(Pages().error)


@app.get(RECEIPT)
def give_receipt(municipality: str, round_id: str, document: str) -> Response[str]:
    """Give the receipt of a requisition or report of the case as a signed PDF."""
    return _give(parse_round(round_id), parse_municipality(municipality), document)


@app.get(BEHIND_LINK)
def give_report_receipt(token: str) -> Response[str]:
    """Give who holds the report link the receipt of the last report."""
    return _give(*receipts.behind(wiring.books(), token))


@app.get(KEY)
def give_key() -> Response[str]:
    """Give the public key of the receipts' signatures, as PEM."""
    body = wiring.signer().public_key()
    return Response(200, content_type="application/x-pem-file", body=body, headers=dict(api.PUBLIC))


def _give(round_id: RoundId, municipality: MunicipalityCode, name: str) -> Response[str]:
    archive = wiring.files("archive_bucket")
    pdf = receipts.give(wiring.books(), archive, wiring.signer(), _typeset, round_id, municipality, name)
    return api.download(pdf, PDF, f"kvitto-{round_id}-{municipality}-{name}")


def _typeset(signed: Signed) -> bytes:
    # The typesetter is large, and most receipts lie in the archive already.
    from statsbidrag.documents.receipt_pdf import render_receipt_pdf  # noqa: PLC0415

    return render_receipt_pdf(signed, f"{wiring.settings().need('base_url')}{KEY}")


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return api.run(app, event, context)
