"""What happens to a message that fails: at once to the dead-letter queue with its reason, or back with more time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

FIRST_DELAY = 5
LONGEST_DELAY = 900
"""Seconds before a message is handed out again: five, ten, twenty … up to a quarter of an hour."""


class SqsDeadLetters:
    """The failing side of one queue.

    Parameters
    ----------
    queue_url, dead_letter_url
        The queue a function reads, and where its hopeless messages go.
    """

    def __init__(self, client: SQSClient, queue_url: str, dead_letter_url: str) -> None:
        self._client = client
        self._queue_url = queue_url
        self._dead_letter_url = dead_letter_url

    def bury(self, text: str, reason: str) -> None:
        """Put a message on the dead-letter queue; `reason` is a code of the error family."""
        self._client.send_message(
            QueueUrl=self._dead_letter_url,
            MessageBody=text,
            MessageAttributes={"reason": {"DataType": "String", "StringValue": reason}},
        )

    def delay(self, receipt_handle: str, received: int) -> None:
        """Hand the message out again later, each time after twice as long."""
        seconds = min(LONGEST_DELAY, FIRST_DELAY * 2 ** min(received - 1, 10))
        self._client.change_message_visibility(
            QueueUrl=self._queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
        )
