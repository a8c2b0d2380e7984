"""Rules of the roles: each function its own, and in it what its adapters call and nothing else."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from scripts.template import Statement, Template, named
from tests.template.code import needs

EVENT_SOURCE = frozenset({"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"})
"""What Lambda does in a function's name to read its queue."""
TAKEN_BACK = {
    "SQS": ("Queue", {"sqs:ReceiveMessage", "sqs:DeleteMessage"}),
    "DynamoDB": ("Stream", {"dynamodb:GetRecords", "dynamodb:GetShardIterator"}),
}
"""What SAM's managed policies allow on everything, by the event that brings them."""
_BUCKET = re.compile(
    r"arn:\$\{AWS::Partition\}:s3:::\$\{AWS::StackName\}-(?P<bucket>[a-z-]+)-\$\{AWS::AccountId\}(?P<key>.*)"
)


def every_function_has_a_role_of_its_own(template: Template) -> Iterator[str]:
    for function, properties in template.on_aws.functions.items():
        if "Role" in properties:
            yield f"{function} shares a role"
        if any(not isinstance(policy, dict) or "Statement" not in policy for policy in properties.get("Policies", [])):
            yield f"{function} has a policy that somebody else wrote"


def no_role_allows_everything(template: Template) -> Iterator[str]:
    """`sqs:SendMessage*` is one action on AWS; SES is on `*` in the embedded run alone, which knows no better."""
    for one in (s for s in template.on_aws.statements() if s.effect == "Allow"):
        yield from (f"{one.function}: {a}" for a in one.actions if "*" in a and a != "sqs:SendMessage*")
        yield from (f"{one.function}: {one.actions} on {r}" for r in one.resources if named(r) == "*")
    for one in (s for s in template.embedded.statements() if s.effect == "Allow"):
        if "*" in [named(r) for r in one.resources] and one.actions != ["ses:SendRawEmail"]:
            yield f"{one.function}: {one.actions} on * in the embedded run"


def a_role_allows_what_its_adapters_call(template: Template) -> Iterator[str]:
    allowed: dict[str, set[str]] = defaultdict(set)
    for one in template.on_aws.statements():
        if one.effect == "Allow":
            allowed[one.function] |= set(one.actions)
    readers = {event.function for event in template.events("SQS")}
    for function in template.functions:
        actions = needs(template.folder(function)).actions
        reading = EVENT_SOURCE if function in readers else frozenset()
        yield from (f"{function} may {a} and never does" for a in sorted(allowed[function] - actions - reading))
        yield from (f"{function} may not {a} to read its queue" for a in sorted(reading - allowed[function]))
        services = {action.split(":")[0] for action in actions} - {a.split(":")[0] for a in allowed[function]}
        yield from (f"{function} may do nothing in {service}" for service in sorted(services))


def the_managed_policies_are_taken_back(template: Template) -> Iterator[str]:
    for event in template.events(*TAKEN_BACK):
        source, actions = TAKEN_BACK[event.type]
        own = event.properties[source]
        denied = [s for s in template.on_aws.statements() if s.function == event.function and s.effect == "Deny"]
        if not any(actions <= set(s.actions) and s.others == [own] for s in denied):
            yield f"{event.function} may read what others own"


def a_file_is_written_by_one_function_and_under_a_prefix(template: Template) -> Iterator[str]:
    writers: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one, bucket, key in _on_files(template):
        if one.actions == ["s3:ListBucket"]:
            continue
        if not re.fullmatch(r"(/[a-z-]+)+/\*", key):
            yield f"{one.function}: {one.actions} in all of {bucket}"
        if {"s3:PutObject", "s3:DeleteObject"} & set(one.actions):
            writers[bucket, key].add(one.function)
    for place, functions in writers.items():
        around = {p for p in writers if p[0] == place[0] and place[1].startswith(p[1].removesuffix("*"))}
        for other in around:
            if len(functions | writers[other]) > 1:
                yield f"{place[0]}{place[1]} is written by {sorted(functions | writers[other])}"


def a_bucket_is_named_in_the_role_and_in_the_environment(template: Template) -> Iterator[str]:
    allowed: dict[str, set[str]] = defaultdict(set)
    for one, bucket, _ in _on_files(template):
        allowed[one.function].add(f"{bucket.upper().replace('-', '_')}_BUCKET")
    for function in template.functions:
        given = {name for name in template.variables(function) if name.endswith("_BUCKET")}
        if given != allowed[function]:
            yield f"{function} has {sorted(given)} and may use {sorted(allowed[function])}"


def _on_files(template: Template) -> Iterator[tuple[Statement, str, str]]:
    for one in template.on_aws.statements():
        for resource in one.resources:
            if any(action.startswith("s3:") for action in one.actions):
                found = _BUCKET.fullmatch(named(resource))
                yield one, found["bucket"] if found else named(resource), found["key"] if found else ""


def a_queue_is_sent_to_by_who_must(template: Template) -> Iterator[str]:
    """A reader sends to its own dead letters; relay and sweep send to the queues they know; nobody else sends."""
    for one in (s for s in template.on_aws.statements() if any(a.startswith("sqs:SendMessage") for a in s.actions)):
        variables = template.variables(one.function)
        known = {named(v) for k, v in variables.items() if k == "DEAD_LETTER_URL" or k.startswith("QUEUE_URL_")}
        if {named(r) for r in one.resources} != known:
            yield f"{one.function} may send to other queues than it knows"


def a_query_is_allowed_where_it_goes(template: Template) -> Iterator[str]:
    for one in (s for s in template.on_aws.statements() if "dynamodb:Query" in s.actions):
        if [named(r) for r in one.resources] not in (["Books"], ["${Books.Arn}/index/due"]):
            yield f"{one.function} may query elsewhere"
    for one in (s for s in template.on_aws.statements() if any(a.startswith("dynamodb:") for a in s.actions)):
        if "index" in str(one.resources) and one.actions != ["dynamodb:Query"]:
            yield f"{one.function} may do more than query the index"


RULES = (
    every_function_has_a_role_of_its_own,
    no_role_allows_everything,
    a_role_allows_what_its_adapters_call,
    the_managed_policies_are_taken_back,
    a_file_is_written_by_one_function_and_under_a_prefix,
    a_bucket_is_named_in_the_role_and_in_the_environment,
    a_queue_is_sent_to_by_who_must,
    a_query_is_allowed_where_it_goes,
)
