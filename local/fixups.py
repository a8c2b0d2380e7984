"""What the emulated CloudFormation reads over in a template, set afterwards through the services' own APIs."""

from collections.abc import Callable, Mapping
from typing import Any

import boto3

Properties = Mapping[str, Any]


def apply_what_cloudformation_dropped(session: boto3.Session, endpoint: str, stack_name: str) -> None:
    """Set expiry and restore of tables and the locks of buckets as the deployed template says.

    AWS does this by itself. The values must stand in the template as they are, without functions.

    Parameters
    ----------
    session
        The administrator's session.
    endpoint
        Address of the embedded AWS.
    stack_name
        A deployed stack.
    """
    cloudformation = session.client("cloudformation", endpoint_url=endpoint)
    body: Any = cloudformation.get_template(StackName=stack_name, TemplateStage="Processed")["TemplateBody"]
    described = cloudformation.describe_stack_resources(StackName=stack_name)["StackResources"]
    for resource in described:
        fix = _FIXES.get(resource["ResourceType"])
        if fix:
            properties = body["Resources"][resource["LogicalResourceId"]].get("Properties", {})
            fix(session, endpoint, resource["PhysicalResourceId"], properties)


def _fix_table(session: boto3.Session, endpoint: str, name: str, properties: Properties) -> None:
    dynamodb = session.client("dynamodb", endpoint_url=endpoint)
    if expiry := properties.get("TimeToLiveSpecification"):
        dynamodb.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={"Enabled": expiry["Enabled"], "AttributeName": expiry["AttributeName"]},
        )
    if restore := properties.get("PointInTimeRecoverySpecification"):
        dynamodb.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": restore["PointInTimeRecoveryEnabled"]},
        )


def _fix_bucket(session: boto3.Session, endpoint: str, name: str, properties: Properties) -> None:
    if lock := properties.get("ObjectLockConfiguration"):
        session.client("s3", endpoint_url=endpoint).put_object_lock_configuration(
            Bucket=name, ObjectLockConfiguration=lock
        )


_FIXES: Mapping[str, Callable[[boto3.Session, str, str, Properties], None]] = {
    "AWS::DynamoDB::Table": _fix_table,
    "AWS::S3::Bucket": _fix_bucket,
}
