"""Buckets: every file has a fixed name and is written once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from statsbidrag.domain.errors import CorruptBooks, NotFound

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class S3Files:
    """`Files` in one bucket."""

    def __init__(self, client: S3Client, bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def get(self, key: str) -> bytes:
        """Give an object's content; `NotFound` needs the right to list, or a missing object looks forbidden."""
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except self._client.exceptions.NoSuchKey:
            raise NotFound("file_gone", "Filen finns inte.") from None

    def put(self, key: str, content: bytes, media_type: str) -> None:
        """Write once; a file that is there already must say the same, byte for byte."""
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=media_type, IfNoneMatch="*")
        except ClientError as error:
            if error.response["Error"]["Code"] not in ("PreconditionFailed", "ConditionalRequestConflict"):
                raise
            if self.get(key) != content:
                raise CorruptBooks(f"{key} would be written again with another content") from error

    def replace(self, key: str, content: bytes, media_type: str) -> None:
        """Write an object whatever was there before."""
        self._client.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=media_type)

    def move(self, key: str, to: str, reason: str) -> None:
        """Move an object, noting why: a wrong file goes to quarantine and is not lost."""
        self._client.copy_object(
            Bucket=self._bucket,
            Key=to,
            CopySource={"Bucket": self._bucket, "Key": key},
            Metadata={"reason": reason},
            MetadataDirective="REPLACE",
        )
        self._client.delete_object(Bucket=self._bucket, Key=key)

    def metadata(self, key: str) -> Mapping[str, str]:
        """Give an object's own metadata."""
        return self._client.head_object(Bucket=self._bucket, Key=key)["Metadata"]

    def last(self, prefix: str) -> str | None:
        """Give the last name, in order, that begins so; ``None`` where there is none."""
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix)
        return max((item["Key"] for page in pages for item in page.get("Contents", ())), default=None)
