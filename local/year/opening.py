"""Open a round as the agency does: files into the inbox, a second person's approval, a case for each municipality."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from local.client import expect
from local.mandates import old_register
from local.provider import people
from local.year.staff import due_tasks, officer
from local.year.world import World

UPLOADER, APPROVER = "officer-1", "officer-2"


def open_round(world: World) -> None:
    """Put the round's files in place and wait until every municipality has its case."""
    inputs, round_id = world.inputs, world.inputs.round.id
    _put(world, inputs.round_file, "rounds")
    _put(world, inputs.register_file, "register")
    world.quiet.until(lambda: _holds(world, f"ROUND#{round_id}", 1), "the round's file")
    world.quiet.until(lambda: _holds(world, "REGISTER", len(inputs.recipients)), "the register")
    _take_over_agents(world)
    _put(world, inputs.allocation_file, f"allocations/{round_id}", {"uploaded-by": UPLOADER})
    world.quiet.until(lambda: bool(_lists(world)), "the check of the allocation list")
    for found in _lists(world):
        path = f"/rounds/{round_id}/allocation-lists/{found}/approval"
        expect(world.api.post(path, {}, officer(world, APPROVER)), 200, 201)
    world.quiet.wait(tasks=("allocations",))
    for recipient in inputs.recipients:
        if world.behaviour(recipient.municipality).closed_account:
            world.bank.close_account(recipient.account)


def _take_over_agents(world: World) -> None:
    """Put the agency's old register of agents in place, and wait until the last of them may act."""
    known = people(world.inputs.recipients)
    bucket, key = world.stack.outputs["InboxBucket"], f"agents/{world.inputs.round.id}/ombud.csv"
    world.s3.put_object(Bucket=bucket, Key=key, Body=old_register(known))
    for person in known:
        if person.mandates:
            world.quiet.until(partial(_holds, world, f"PERSON#{person.subject}", 1), "the register of agents")


def _lists(world: World) -> list[str]:
    return [task["about"] for task in due_tasks(world) if task["kind"] == "approve_allocation_list"]


def _put(world: World, file: Path, folder: str, metadata: dict[str, str] | None = None) -> None:
    bucket = world.stack.outputs["InboxBucket"]
    world.s3.put_object(Bucket=bucket, Key=f"{folder}/{file.name}", Body=file.read_bytes(), Metadata=metadata or {})


def _holds(world: World, key: str, items: int) -> bool:
    """Tell whether a key of the table holds so many items: an import answers to nobody."""
    dynamodb: Any = world.stack.session.client("dynamodb", endpoint_url=world.stack.endpoint)
    answer = dynamodb.query(
        TableName=world.stack.outputs["TableName"],
        Select="COUNT",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues={":pk": {"S": key}},
    )
    return bool(answer["Count"] >= items)
