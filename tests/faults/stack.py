"""What `template.yaml` describes, as far as functions call it: its functions with their environment, made in moto.

Only plain references are resolved; every condition of the template is false, as in a deployed stack.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import msgspec
import yaml

ROOT = Path(__file__).parents[2]
ACCOUNT, REGION, STACK = "123456789012", "eu-north-1", "statsbidrag"
_PSEUDO = {"AccountId": ACCOUNT, "Partition": "aws", "Region": REGION, "StackName": STACK, "URLSuffix": "amazonaws.com"}


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms (``!Ref x``) as ``{"Ref": x}``."""


def _short_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        return {suffix: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {suffix: loader.construct_sequence(node, deep=True)}
    raise TypeError(f"!{suffix} of a {type(node).__name__}")


_Loader.add_multi_constructor("!", _short_form)


@cache
def template() -> dict[str, Any]:
    """Give the template; a short form is a mapping with its name as the only key."""
    read: dict[str, Any] = yaml.load((ROOT / "template.yaml").read_text(encoding="utf-8"), Loader=_Loader)
    return read


class Function(msgspec.Struct, frozen=True):
    """One function of the template.

    Attributes
    ----------
    queue
        Logical id of the queue it reads, if it reads one.
    trigger
        ``Api``, ``SQS``, ``S3``, ``ScheduleV2``, ``DynamoDB``, or empty for the authoriser.
    """

    name: str
    trigger: str
    queue: str
    batch_size: int
    environment: dict[str, Any]


@cache
def functions() -> dict[str, Function]:
    """Give every function by the name of its folder; the environment is not resolved yet."""
    common = template()["Globals"]["Function"]["Environment"]["Variables"]
    return {
        found.name: found
        for resource in template()["Resources"].values()
        if resource["Type"] == "AWS::Serverless::Function"
        for found in [_function(resource["Properties"], common)]
    }


def _function(properties: dict[str, Any], common: dict[str, Any]) -> Function:
    events = list(properties.get("Events", {}).values())
    source = events[0]["Properties"] if events else {}
    return Function(
        name=properties["CodeUri"].removeprefix("functions/"),
        trigger=events[0]["Type"] if events else "",
        queue=source["Queue"]["GetAtt"].removesuffix(".Arn") if "Queue" in source else "",
        batch_size=source.get("BatchSize", 1),
        environment={**common, **properties["Environment"]["Variables"]},
    )


class Stack:
    """The template's resources in the emulated AWS of this process.

    Attributes
    ----------
        table, sessions, key_arn, receipt_key_arn
        Names of the books' table, of that of the sessions, of the link key, and of the key that signs receipts.
        buckets, queues
        Bucket names, queue URLs, by logical id.
    """

    def __init__(self) -> None:
        self.table, self.sessions = "Books", "Sessions"
        self._environments: dict[str, dict[str, str]] = {}
        self.buckets: dict[str, str] = {}
        self.queues: dict[str, str] = {}
        for table in (self.table, self.sessions):
            self._make_table(table)
        for name in self._of_type("AWS::S3::Bucket"):
            self._make_bucket(name)
        for name in sorted(self._of_type("AWS::SQS::Queue"), key=lambda name: not name.endswith("DeadLetters")):
            self._make_queue(name)
        key = boto3.client("kms").create_key(KeySpec="HMAC_256", KeyUsage="GENERATE_VERIFY_MAC")
        self.key_arn: str = key["KeyMetadata"]["Arn"]
        key = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
        self.receipt_key_arn: str = key["KeyMetadata"]["Arn"]
        self._make_mail()

    def environment(self, function: str) -> dict[str, str]:
        """Give the variables of a function as the stack would set them."""
        if function not in self._environments:
            found = functions()[function].environment
            self._environments[function] = {name: str(self.resolve(value)) for name, value in found.items()}
        return self._environments[function]

    def resolve(self, value: Any) -> Any:
        """Give what a reference of the template stands for."""
        if not isinstance(value, dict):
            return value
        ((form, about),) = value.items()
        if form == "Ref":
            return self._ref(about)
        if form == "Sub":
            return re.sub(r"\$\{([^}]+)\}", lambda found: str(self._ref(found[1])), about)
        if form == "If":
            return self.resolve(about[2])
        if form == "GetAtt":
            return self._attribute(*about.split("."))
        raise KeyError(form)

    def _ref(self, name: str) -> str:
        if name.startswith("AWS::"):
            return _PSEUDO[name.removeprefix("AWS::")]
        if name in template()["Parameters"]:
            return str(template()["Parameters"][name]["Default"])
        known = {
            **self.buckets,
            **self.queues,
            "Books": self.table,
            "Sessions": self.sessions,
            "MailConfiguration": f"{STACK}-mail",
        }
        return known[name]

    def _attribute(self, name: str, attribute: str) -> str:
        if name == "LinkKey":
            return self.key_arn
        if name == "ReceiptKey":
            return self.receipt_key_arn
        if attribute == "Arn" and name in self.queues:
            return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"
        raise KeyError(f"{name}.{attribute}")

    def _of_type(self, kind: str) -> list[str]:
        return [name for name, resource in template()["Resources"].items() if resource["Type"] == kind]

    def _make_table(self, table: str) -> None:
        wanted = ("BillingMode", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes")
        properties = template()["Resources"][table]["Properties"]
        described = {name: properties[name] for name in wanted if name in properties}
        boto3.client("dynamodb").create_table(TableName=table, **described)

    def _make_bucket(self, name: str) -> None:
        s3: Any = boto3.client("s3")
        properties = template()["Resources"][name]["Properties"]
        bucket = self.buckets[name] = self.resolve(properties["BucketName"])
        s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
        s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=properties["VersioningConfiguration"])

    def _make_queue(self, name: str) -> None:
        sqs: Any = boto3.client("sqs")
        attributes = {}
        if policy := template()["Resources"][name]["Properties"].get("RedrivePolicy"):
            attributes["RedrivePolicy"] = json.dumps({key: self.resolve(value) for key, value in policy.items()})
        self.queues[name] = sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def _make_mail(self) -> None:
        ses = boto3.client("ses")
        ses.verify_email_identity(EmailAddress=self._ref("MailSender"))
        ses.create_configuration_set(ConfigurationSet={"Name": self._ref("MailConfiguration")})
