"""Report link tokens by a KMS key that makes HMACs and never leaves KMS."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient


class KmsLinks:
    """`Links`: the token is the HMAC-SHA256 of its purpose."""

    def __init__(self, client: KMSClient, key_arn: str) -> None:
        self._client = client
        self._key_arn = key_arn

    def token(self, purpose: str) -> str:
        """Give the 256-bit token for a purpose, URL-safe, 43 characters."""
        answer = self._client.generate_mac(KeyId=self._key_arn, MacAlgorithm="HMAC_SHA_256", Message=purpose.encode())
        return base64.urlsafe_b64encode(answer["Mac"]).decode().rstrip("=")
