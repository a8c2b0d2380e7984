"""Roles are enforced where the tests run: a function that lacks one permission fails, and nothing is lost by it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.build import REGION
from local.stack import Stack
from tests.integration.office import RECIPIENTS, Office, until

ASKS = RECIPIENTS[0].municipality


@contextmanager
def _without(office: Office, function: str, action: str) -> Iterator[None]:
    """Take an action out of every policy of a function's role, and put it back."""
    role = office.stack.resources[f"{function}Role"]
    taken: dict[str, Any] = {}
    for name in office.iam.list_role_policies(RoleName=role)["PolicyNames"]:
        policy = office.iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
        if any(action in one["Action"] for one in policy["Statement"]):
            taken[name] = policy
    assert taken, f"{function} never had {action}"
    try:
        for name, policy in taken.items():
            _put(office, role, name, _lacking(policy, action))
        yield
    finally:
        for name, policy in taken.items():
            _put(office, role, name, policy)


def _lacking(policy: Any, action: str) -> Any:
    lacking = copy.deepcopy(policy)
    for one in lacking["Statement"]:
        one["Action"] = [each for each in one["Action"] if each != action]
    return lacking


def _put(office: Office, role: str, name: str, policy: Any) -> None:
    office.iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(policy))


def test_a_function_without_one_permission_fails_and_does_the_work_when_it_has_it_again(other_office: Office) -> None:
    office, case = other_office, f"CASE#{other_office.round}#{ASKS}"
    with _without(office, "ValidateRequisition", "dynamodb:PutItem"):
        received = office.post(ASKS, office.fields(ASKS), "a-key-of-its-own")
        assert received.status_code == 201
        line = office.log_line("unexpected_error", of="ValidateRequisition", service="validate_requisition")
        assert "AccessDenied" in line["exception"]
        assert "dynamodb:PutItem" in line["exception"]
        assert "requisition_approved" not in office.journal(case)
        assert "validate_requisition-1" in office.tasks(ASKS)
        assert _waiting(office, "RequisitionsQueueUrl") == 1
    office.stack.invoke("SweepTasks", {"trigger": "schedule"})
    until(lambda: "requisition_approved" in office.journal(case), "the approval, once the role is whole")
    assert "validate_requisition-1" not in office.tasks(ASKS)
    until(lambda: _waiting(office, "RequisitionsQueueUrl") == 0, "the message that was handed back")
    assert office.journal(case).count("requisition_approved") == 1
    assert _waiting(office, "RequisitionsDeadLettersUrl") == 0


def _waiting(office: Office, queue: str) -> int:
    names = [
        "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible",
        "ApproximateNumberOfMessagesDelayed",
    ]
    url = office.stack.outputs[queue]
    told = office.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(told[name]) for name in names)


def _as_function(stack: Stack, function: str, service: str) -> Any:
    """Give a client that may do what a function may do."""
    sts: Any = stack.session.client("sts", endpoint_url=stack.endpoint)
    role = f"arn:aws:iam::000000000000:role/{stack.resources[f'{function}Role']}"
    lent = sts.assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    session = boto3.Session(lent["AccessKeyId"], lent["SecretAccessKey"], lent["SessionToken"], region_name=REGION)
    return session.client(service, endpoint_url=stack.endpoint)  # type: ignore[call-overload]


def _is_denied(call: Callable[[], object]) -> bool:
    try:
        call()
    except ClientError as error:
        if error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"):
            return True
        raise
    return False


@pytest.mark.parametrize(
    ("function", "bucket", "own", "others"),
    [
        ("SendPayments", "BankBucket", "out/", ("in/", "quarantine/in/", "")),
        ("ReadBankReports", "BankBucket", "quarantine/in/", ("out/", "quarantine/", "")),
        (
            "ImportAllocations",
            "InboxBucket",
            "quarantine/allocations/",
            ("quarantine/rounds/", "rounds/", "allocations/"),
        ),
        ("ImportAllocations", "ArchiveBucket", "allocations/", ("letters/", "invoices/")),
        ("SendDecisionLetters", "ArchiveBucket", "letters/", ("invoices/", "allocations/")),
        ("RaiseRepaymentInvoices", "ArchiveBucket", "invoices/", ("letters/", "allocations/")),
        ("GiveReceipts", "ArchiveBucket", "receipts/", ("letters/", "invoices/", "allocations/", "")),
        ("ReconcilePayments", "ArchiveBucket", "reconciliations/", ("letters/", "invoices/", "")),
        ("AuditBooks", "WriteOnceBucket", "heads/", ("", "tails/")),
    ],
)
def test_a_function_writes_under_its_own_prefix_alone(
    stack: Stack, function: str, bucket: str, own: str, others: tuple[str, ...]
) -> None:
    s3, name = _as_function(stack, function, "s3"), stack.outputs[bucket]

    def put(prefix: str) -> object:
        return s3.put_object(Bucket=name, Key=f"{prefix}a-test-of-roles", Body=b"test")

    assert not _is_denied(lambda: put(own))
    assert all(_is_denied(lambda prefix=prefix: put(prefix)) for prefix in others)  # type: ignore[misc]


def test_mail_reads_the_papers_it_encloses_and_nothing_else(stack: Stack) -> None:
    s3, name = _as_function(stack, "SendMail", "s3"), stack.outputs["ArchiveBucket"]
    for prefix, denied in (("letters/", False), ("invoices/", False), ("allocations/", True)):
        stack.session.client("s3", endpoint_url=stack.endpoint).put_object(Bucket=name, Key=f"{prefix}read", Body=b"x")
        assert _is_denied(lambda prefix=prefix: s3.get_object(Bucket=name, Key=f"{prefix}read")) is denied  # type: ignore[misc]
    assert _is_denied(lambda: s3.put_object(Bucket=name, Key="letters/other", Body=b"x"))


def test_who_shows_the_reconciliation_reads_it_alone_and_writes_nothing(stack: Stack) -> None:
    s3, name = _as_function(stack, "ShowReconciliation", "s3"), stack.outputs["ArchiveBucket"]
    for prefix, denied in (("reconciliations/2025/", False), ("letters/", True), ("invoices/", True)):
        stack.session.client("s3", endpoint_url=stack.endpoint).put_object(Bucket=name, Key=f"{prefix}read", Body=b"x")
        assert _is_denied(lambda prefix=prefix: s3.get_object(Bucket=name, Key=f"{prefix}read")) is denied  # type: ignore[misc]
    assert _is_denied(lambda: s3.put_object(Bucket=name, Key="reconciliations/2025/read", Body=b"x"))


def test_a_function_takes_messages_from_its_own_queue_alone(stack: Stack) -> None:
    """SAM gives every reader a managed policy that reads all queues; the role takes the others back."""
    sqs = _as_function(stack, "SendDecisionLetters", "sqs")
    assert not _is_denied(lambda: sqs.receive_message(QueueUrl=stack.outputs["LettersQueueUrl"]))
    for queue in ("PaymentsQueueUrl", "MailQueueUrl", "LettersDeadLettersUrl"):
        assert _is_denied(lambda queue=queue: sqs.receive_message(QueueUrl=stack.outputs[queue]))  # type: ignore[misc]


def test_the_key_of_the_links_is_for_those_who_make_links(stack: Stack) -> None:
    kms_of = {name: _as_function(stack, name, "kms") for name in ("SendReportLinks", "SendMail", "ReceiveReport")}

    def mac(function: str) -> object:
        key = stack.resources["LinkKey"]
        return kms_of[function].generate_mac(KeyId=key, MacAlgorithm="HMAC_SHA_256", Message=b"test")

    assert not _is_denied(lambda: mac("SendReportLinks"))
    assert not _is_denied(lambda: mac("SendMail"))
    assert _is_denied(lambda: mac("ReceiveReport"))


def test_the_key_of_the_receipts_signs_for_one_function_alone(stack: Stack) -> None:
    def sign(function: str) -> object:
        key = stack.resources["ReceiptKey"]
        return _as_function(stack, function, "kms").sign(
            KeyId=key, Message=b"test", MessageType="RAW", SigningAlgorithm="ECDSA_SHA_256"
        )

    assert not _is_denied(lambda: sign("GiveReceipts"))
    assert _is_denied(lambda: sign("ShowCase"))
    assert _is_denied(lambda: sign("SendMail"))
