"""Who a grant goes to, as the register of recipients says."""

from __future__ import annotations

import msgspec

from statsbidrag.domain.identifiers import Account, MunicipalityCode, OrganisationNumber


class Recipient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One municipality in the register.

    Attributes
    ----------
    name
        Short Swedish name: ``Upplands Väsby``.
    registry_email
        The registry (registratur), a function mailbox and not a person's.
    account
        The verified payout account.
    invoice_reference
        What the municipality wants on an invoice (Peppol BuyerReference).
    peppol_id
        ``scheme:number``; scheme 0007 with the organisation number unless the register names another.
    """

    municipality: MunicipalityCode
    name: str
    organisation_number: OrganisationNumber
    registry_email: str
    account: Account
    invoice_reference: str
    peppol_id: str
