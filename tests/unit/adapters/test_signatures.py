"""What KMS signs, anybody verifies with the public key that it gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from moto import mock_aws

from statsbidrag.adapters.signatures import KmsSigner


@pytest.fixture
def signer(monkeypatch: pytest.MonkeyPatch) -> Iterator[KmsSigner]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        kms = boto3.client("kms", region_name="eu-north-1")
        key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["Arn"]
        yield KmsSigner(kms, key)


def test_a_signature_is_verified_with_the_public_key_alone(signer: KmsSigner) -> None:
    pem = signer.public_key()
    assert max(map(len, pem.splitlines())) <= 64
    key: Any = serialization.load_pem_public_key(pem.encode())
    signature = signer.sign("Kvitto på rekvisition".encode())
    key.verify(signature, "Kvitto på rekvisition".encode(), ec.ECDSA(hashes.SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(signature, b"another", ec.ECDSA(hashes.SHA256()))
