"""Mail by SES, version 1 raw: what was written arrives byte for byte (7-bit MIME)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from statsbidrag.domain.errors import NotTaken

if TYPE_CHECKING:
    from mypy_boto3_ses import SESClient


class SesMailer:
    """`Mailer` on SES.

    Parameters
    ----------
    configuration_set
        Its event destination tells of sending, delivery and bounce.
    """

    def __init__(self, client: SESClient, sender: str, configuration_set: str) -> None:
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    def send(self, mail_id: str, to: str, message: bytes) -> None:
        """Hand over one e-mail; the tag ``mail`` carries its name through all news about it."""
        try:
            self._client.send_raw_email(
                Source=self._sender,
                Destinations=[to],
                RawMessage={"Data": message},
                ConfigurationSetName=self._configuration_set,
                Tags=[{"Name": "mail", "Value": mail_id}],
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] >= 500:
                raise
            code = error.response["Error"]["Code"]
            busy = code in ("Throttling", "ThrottlingException", "LimitExceededException")
            raise NotTaken(
                "mail_not_taken", f"E-posttjänsten tog inte emot brevet ({code}).", retryable=busy
            ) from error
