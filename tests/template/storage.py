"""Rules of what is kept: the books, the files, the logs and the key of the links."""

from __future__ import annotations

from collections.abc import Iterator

from scripts.template import Json, Template, named

KEPT = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::KMS::Key", "AWS::Logs::LogGroup")


SESSIONS = "Sessions"
"""The one table that is none of the books, and is not kept."""


def what_is_kept_outlives_the_stack(template: Template) -> Iterator[str]:
    for name, resource in template.data["Resources"].items():
        if resource["Type"] in KEPT and name != SESSIONS:
            policies = (resource.get("DeletionPolicy"), resource.get("UpdateReplacePolicy"))
            if policies != ("Retain", "Retain"):
                yield f"{name} would go with the stack"


def the_books_are_one_table_of_the_designed_shape(template: Template) -> Iterator[str]:
    tables = _books(template)
    if len(tables) != 1:
        yield "there is one table"
    for name, table in tables.items():
        keys = {a["AttributeName"]: a["AttributeType"] for a in table["AttributeDefinitions"]}
        if keys != {"pk": "S", "sk": "S", "queue": "S", "due_at": "S"}:
            yield f"{name} has other attributes"
        if _keys(table) != ("pk", "sk"):
            yield f"{name} has other keys"
        if [(i["IndexName"], _keys(i)) for i in table["GlobalSecondaryIndexes"]] != [("due", ("queue", "due_at"))]:
            yield f"{name} has another index than that of the tasks"
        if table["BillingMode"] != "PAY_PER_REQUEST":
            yield f"{name} could be throttled by a bound of its own"


def _books(template: Template) -> dict[str, Json]:
    return {name: table for name, table in template.of("AWS::DynamoDB::Table").items() if name != SESSIONS}


def _keys(described: dict[str, list[dict[str, str]]]) -> tuple[str, ...]:
    return tuple(key["AttributeName"] for key in described["KeySchema"])


def the_books_can_be_restored_and_are_not_deleted(template: Template) -> Iterator[str]:
    for name, table in _books(template.on_aws).items():
        if table.get("PointInTimeRecoverySpecification") != {"PointInTimeRecoveryEnabled": True}:
            yield f"{name} cannot be restored"
        if table.get("SSESpecification", {}).get("SSEEnabled") is not True:
            yield f"{name} is not encrypted by a key of its own"
        if table.get("DeletionProtectionEnabled") is not True:
            yield f"{name} can be deleted"


def sessions_end_by_themselves_and_reach_nobody(template: Template) -> Iterator[str]:
    """Whoever lets callers in only reads; the sign-in alone writes, and both see the mandates and nothing else."""
    table = template.of("AWS::DynamoDB::Table")[SESSIONS]
    if table.get("TimeToLiveSpecification") != {"Enabled": True, "AttributeName": "expires"}:
        yield "sessions are kept for ever"
    if table.get("SSESpecification", {}).get("SSEEnabled") is not True:
        yield "sessions are not encrypted by a key of their own"
    if "StreamSpecification" in table:
        yield "sessions are told on"
    for one in template.on_aws.statements():
        on_sessions = SESSIONS in [named(resource) for resource in one.resources]
        if on_sessions and one.function != "SignIn" and one.actions != ["dynamodb:GetItem"]:
            yield f"{one.function} writes sessions"
    for function in ("Authorize", "SignIn"):
        for policy in template.functions[function]["Policies"]:
            for statement in policy["Statement"]:
                keys = statement.get("Condition", {}).get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys")
                if named(statement["Resource"]) == "Books" and keys not in (["PERSON#*"], ["REGISTER"]):
                    yield f"{function} reads more of the books than it needs"


def buckets_are_private_versioned_and_encrypted(template: Template) -> Iterator[str]:
    closed = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
    for name, bucket in template.of("AWS::S3::Bucket").items():
        if any(bucket.get("PublicAccessBlockConfiguration", {}).get(each) is not True for each in closed):
            yield f"{name} can be made public"
        if bucket.get("VersioningConfiguration") != {"Status": "Enabled"}:
            yield f"{name} forgets what was written over"
        rules = bucket.get("BucketEncryption", {}).get("ServerSideEncryptionConfiguration", [])
        if not [
            rule for rule in rules if rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in ("AES256", "aws:kms")
        ]:
            yield f"{name} is not encrypted"


def heads_are_written_once(template: Template) -> Iterator[str]:
    """What the audit writes cannot be changed for ten years, not even by who wrote it."""
    for function, variables in ((f, template.variables(f)) for f in template.functions):
        if "WRITE_ONCE_BUCKET" in variables:
            bucket = template.of("AWS::S3::Bucket").get(named(variables["WRITE_ONCE_BUCKET"]), {})
            lock = bucket.get("ObjectLockConfiguration", {})
            kept = lock.get("Rule", {}).get("DefaultRetention", {})
            if bucket.get("ObjectLockEnabled") is not True or lock.get("ObjectLockEnabled") != "Enabled":
                yield f"the bucket of {function} is not locked"
            if kept.get("Mode") not in ("GOVERNANCE", "COMPLIANCE") or kept.get("Years", 0) < 10:
                yield f"the bucket of {function} keeps its files for too short"


def links_come_from_a_key_that_only_makes_macs(template: Template) -> Iterator[str]:
    keys = template.of("AWS::KMS::Key")
    used = {named(v["LINK_KEY_ARN"]) for f in template.functions if "LINK_KEY_ARN" in (v := template.variables(f))}
    yield from (f"{name} is no key of the template" for name in used - keys.keys())
    for name in sorted(used & keys.keys()):
        if (keys[name].get("KeySpec"), keys[name].get("KeyUsage")) != ("HMAC_256", "GENERATE_VERIFY_MAC"):
            yield f"{name} is no HMAC key"


def logs_end_and_every_function_writes_to_them(template: Template) -> Iterator[str]:
    groups = template.of("AWS::Logs::LogGroup")
    yield from (f"{name} is kept for ever" for name, group in groups.items() if not group.get("RetentionInDays"))
    for function, properties in template.functions.items():
        logging = properties.get("LoggingConfig", {})
        if named(logging.get("LogGroup", "")) not in groups or logging.get("LogFormat") != "JSON":
            yield f"{function} writes its log elsewhere"


RULES = (
    what_is_kept_outlives_the_stack,
    the_books_are_one_table_of_the_designed_shape,
    the_books_can_be_restored_and_are_not_deleted,
    sessions_end_by_themselves_and_reach_nobody,
    buckets_are_private_versioned_and_encrypted,
    heads_are_written_once,
    links_come_from_a_key_that_only_makes_macs,
    logs_end_and_every_function_writes_to_them,
)
