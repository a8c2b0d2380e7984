"""Signatures by a KMS key whose private half never leaves KMS."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

_LINE = 64


class KmsSigner:
    """`Signer`: ECDSA on P-256 over the SHA-256 of what is signed; DER as openssl takes it."""

    def __init__(self, client: KMSClient, key_arn: str) -> None:
        self._client = client
        self._key_arn = key_arn

    def sign(self, statement: bytes) -> bytes:
        """Sign at most 4096 bytes, which is what KMS takes whole; the same statement is signed otherwise each time."""
        answer = self._client.sign(
            KeyId=self._key_arn, Message=statement, MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256"
        )
        return answer["Signature"]

    def public_key(self) -> str:
        """Give the key that anybody verifies by, as PEM."""
        text = base64.b64encode(self._client.get_public_key(KeyId=self._key_arn)["PublicKey"]).decode()
        lines = [text[start : start + _LINE] for start in range(0, len(text), _LINE)]
        return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])
