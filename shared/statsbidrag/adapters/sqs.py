"""Queues: due tasks to their workers, failed messages to where people find them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from statsbidrag.domain.tasks import Queue
from statsbidrag.ports import DueTask

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class SqsQueues:
    """`Queues` on SQS.

    Parameters
    ----------
    urls
        Queue URL by the queue's name in the domain.
    """

    def __init__(self, client: SQSClient, urls: Mapping[str, str]) -> None:
        self._client = client
        self._urls = urls

    def send(self, queue: Queue, tasks: Sequence[DueTask]) -> None:
        """Put tasks on a queue, ten at a time; raises if any of them was not taken."""
        for start in range(0, len(tasks), 10):
            some = tasks[start : start + 10]
            answer = self._client.send_message_batch(
                QueueUrl=self._urls[queue],
                Entries=[
                    {"Id": str(i), "MessageBody": msgspec.json.encode(task).decode()} for i, task in enumerate(some)
                ],
            )
            if failed := answer.get("Failed"):
                raise ConnectionError(f"{len(failed)} of {len(some)} messages were not taken by {queue}")
