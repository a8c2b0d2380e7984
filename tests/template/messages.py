"""Rules of queues, their alarms, schedules and the stream: nothing is lost without somebody being told."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

from scripts.template import ROOT, Json, Template, as_list, named
from statsbidrag.domain.tasks import RELAYED

FOURTEEN_DAYS = 1_209_600
QUEUE = "AWS::SQS::Queue"
ALARM = "AWS::CloudWatch::Alarm"


def _failure_queues(template: Template) -> set[str]:
    """Name the queues that take what failed: of queues, schedules, rules, streams and functions."""
    found = {
        named(p["RedrivePolicy"]["deadLetterTargetArn"]) for p in template.of(QUEUE).values() if "RedrivePolicy" in p
    }
    for event in template.events("ScheduleV2", "DynamoDB"):
        found.add(named(event.properties.get("DeadLetterConfig", {}).get("Arn", "")))
        found.add(_on_failure(event.properties))
    found |= {_on_failure(p.get("EventInvokeConfig", {})) for p in template.functions.values()}
    for rule in template.of("AWS::Events::Rule").values():
        found |= {named(target.get("DeadLetterConfig", {}).get("Arn", "")) for target in rule["Targets"]}
    return found - {""}


def _on_failure(properties: Json) -> str:
    target = properties.get("DestinationConfig", {}).get("OnFailure", {})
    return named(target["Destination"]) if target.get("Type") == "SQS" else ""


def every_queue_that_is_read_has_dead_letters(template: Template) -> Iterator[str]:
    queues, failures = template.of(QUEUE), _failure_queues(template)
    read = {named(event.properties["Queue"]) for event in template.events("SQS")}
    yield from (f"{name} is read and takes failures" for name in read & failures)
    yield from (f"{name} is neither read nor takes failures" for name in queues.keys() - read - failures)
    for name in sorted(read):
        redrive = queues[name].get("RedrivePolicy")
        if redrive is None or named(redrive["deadLetterTargetArn"]) not in queues:
            yield f"{name} has no dead-letter queue"
        elif redrive["maxReceiveCount"] < 3:
            yield f"{name} gives up too soon"
    targets = [named(p["RedrivePolicy"]["deadLetterTargetArn"]) for p in queues.values() if "RedrivePolicy" in p]
    yield from (f"{name} is shared by queues" for name in set(targets) if targets.count(name) > 1)


def failures_are_kept_for_fourteen_days_and_encrypted(template: Template) -> Iterator[str]:
    for name, queue in template.of(QUEUE).items():
        if queue.get("MessageRetentionPeriod") != FOURTEEN_DAYS:
            yield f"{name} forgets sooner"
        if queue.get("SqsManagedSseEnabled") is not True:
            yield f"{name} is not encrypted"


def every_queue_of_failures_has_an_alarm(template: Template) -> Iterator[str]:
    alarmed = set()
    for alarm in template.of(ALARM).values():
        if (alarm["Namespace"], alarm["MetricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible"):
            (dimension,) = alarm["Dimensions"]
            first = (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
            whole = alarm["Statistic"] in ("Maximum", "Sum") and alarm["EvaluationPeriods"] == 1
            if dimension["Name"] == "QueueName" and first and whole:
                value = dimension["Value"].get("Fn::GetAtt", "")
                alarmed.add(value.removesuffix(".QueueName") if value.endswith(".QueueName") else "")
    yield from (f"{name} has no alarm on its first message" for name in _failure_queues(template) - alarmed)


def every_alarm_reaches_people_and_names_the_runbook(template: Template) -> Iterator[str]:
    topics = template.of("AWS::SNS::Topic")
    told = {named(s["TopicArn"]) for s in template.of("AWS::SNS::Subscription").values()}
    for name, alarm in template.of(ALARM).items():
        if not {named(a) for a in alarm.get("AlarmActions", [])} & topics.keys() & told:
            yield f"{name} tells nobody"
        if alarm.get("TreatMissingData") != "notBreaching":
            yield f"{name} does not say what no data means"
        if "docs/operations.md" not in alarm.get("AlarmDescription", ""):
            yield f"{name} does not name the runbook"


def every_metric_of_the_code_has_an_alarm_and_the_other_way_round(template: Template) -> Iterator[str]:
    written = set()
    for source in (ROOT / "functions").glob("*/handler.py"):
        for node in ast.walk(ast.parse(source.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and ast.unparse(node.func) == "metric"
                and isinstance(node.args[0], ast.Constant)
            ):
                written.add((str(node.args[0].value), source.parent.name))
    watched = {
        (alarm["MetricName"], alarm["Dimensions"][0]["Value"])
        for alarm in template.of(ALARM).values()
        if alarm["Namespace"] == "statsbidrag" and alarm["Dimensions"][0]["Name"] == "service"
    }
    yield from (f"{metric} of {function} has no alarm" for metric, function in written - watched)
    yield from (f"nothing writes {metric} of {function}" for metric, function in watched - written)


def a_message_is_hidden_for_six_times_its_functions_timeout(template: Template) -> Iterator[str]:
    for event in template.events("SQS"):
        queue = named(event.properties["Queue"])
        needed = 6 * template.functions[event.function]["Timeout"]
        if template.of(QUEUE)[queue]["VisibilityTimeout"] < needed:
            yield f"{queue} needs {needed} seconds"


def every_batch_reports_its_failures(template: Template) -> Iterator[str]:
    for event in template.events("SQS"):
        if event.properties.get("FunctionResponseTypes") != ["ReportBatchItemFailures"]:
            yield f"{event.function} loses or repeats what did not fail"


def every_relayed_queue_is_known_to_relay_and_sweep_and_read_once(template: Template) -> Iterator[str]:
    readers = [named(event.properties["Queue"]) for event in template.events("SQS")]
    yield from (f"{queue} is read by two" for queue in set(readers) if readers.count(queue) > 1)
    for function in ("RelayTasks", "SweepTasks"):
        given = {k: v for k, v in template.variables(function).items() if k.startswith("QUEUE_URL_")}
        if given.keys() != {f"QUEUE_URL_{name.upper()}" for name in RELAYED}:
            yield f"{function} does not have the queues of the domain"
        yield from (f"{function}: nobody reads {named(v)}" for v in given.values() if named(v) not in readers)


def services_may_send_only_from_here(template: Template) -> Iterator[str]:
    """Buckets and rules need the queue's own leave (S3 and EventBridge have no role), and nobody else gets it."""
    needed: set[tuple[str, str]] = set()
    for bucket in template.of("AWS::S3::Bucket").values():
        for told in bucket.get("NotificationConfiguration", {}).get("QueueConfigurations", []):
            needed.add(("s3.amazonaws.com", named(told["Queue"])))
    for rule in template.of("AWS::Events::Rule").values():
        for target in rule["Targets"]:
            if "DeadLetterConfig" not in target:
                yield f"target {target['Id']} of a rule has no dead-letter queue"
            needed |= {("events.amazonaws.com", named(arn)) for arn in (target["Arn"], _dead(target)) if arn}
    given: set[tuple[str, str]] = set()
    for policy in template.of("AWS::SQS::QueuePolicy").values():
        for one in policy["PolicyDocument"]["Statement"]:
            sources = {key for condition in one.get("Condition", {}).values() for key in condition}
            if one["Action"] != "sqs:SendMessage" or not sources & {"aws:SourceArn", "aws:SourceAccount"}:
                yield f"the policy of {policy['Queues']} lets in more than it must"
            given |= {(one["Principal"]["Service"], named(queue)) for queue in policy["Queues"]}
    yield from (f"{service} cannot send to {queue}" for service, queue in sorted(needed - given))
    yield from (f"{service} need not send to {queue}" for service, queue in sorted(given - needed))


def _dead(target: Json) -> Json:
    return target.get("DeadLetterConfig", {}).get("Arn")


def schedules_are_stockholms_and_never_fail_silently(template: Template) -> Iterator[str]:
    yield from (f"{e.function}: no time zone is possible" for e in template.events("Schedule"))
    for event in template.events("ScheduleV2"):
        p, where = event.properties, event.function
        if p.get("ScheduleExpressionTimezone") != "Europe/Stockholm":
            yield f"{where} does not run by Swedish time"
        if (
            not p.get("RetryPolicy", {}).get("MaximumRetryAttempts")
            or "MaximumEventAgeInSeconds" not in p["RetryPolicy"]
        ):
            yield f"{where} is not tried again"
        if named(p.get("DeadLetterConfig", {}).get("Arn", "")) not in template.of(QUEUE):
            yield f"{where} has no dead-letter queue for the schedule"
        # The emulated scheduler does not fill in <aws.scheduler.…>; the clock tells the date.
        if json.loads(p.get("Input", "null")) != {"trigger": "schedule"}:
            yield f"{where} is told something by its schedule"


def what_is_invoked_without_waiting_keeps_its_failures(template: Template) -> Iterator[str]:
    for function in sorted({event.function for event in template.events("ScheduleV2", "S3", "EventBridgeRule", "SNS")}):
        invoke = template.functions[function].get("EventInvokeConfig", {})
        if _on_failure(invoke) not in template.of(QUEUE) or not invoke.get("MaximumRetryAttempts"):
            yield f"{function} forgets an invocation that failed"


def the_stream_gives_up_an_old_batch_to_a_queue(template: Template) -> Iterator[str]:
    events = list(template.events("DynamoDB"))
    if len(events) != 1:
        yield "there is one stream and one function behind it"
    for event in events:
        p = event.properties
        if not 60 <= p.get("MaximumRecordAgeInSeconds", -1) <= 86_400:
            yield "a batch that never succeeds stops the relay for good"
        if _on_failure(p) not in template.of(QUEUE):
            yield "what the relay gives up goes nowhere"
        if "FunctionResponseTypes" in p:
            yield "the relay raises; a partial answer is read as success by the emulated stream"
        if template.functions[event.function]["Timeout"] > 30:
            yield "a slow relay holds up every queue"


def the_stream_tells_only_of_tasks_to_relay(template: Template) -> Iterator[str]:
    for event in template.events("DynamoDB"):
        patterns = [json.loads(f["Pattern"]) for f in event.properties.get("FilterCriteria", {}).get("Filters", [])]
        wanted = {"eventName": ["INSERT", "MODIFY"], "dynamodb": {"NewImage": {"queue": {"S": sorted(RELAYED)}}}}
        if patterns != [wanted]:
            yield "the relay is woken by more or less than new tasks of its queues"
    tables = template.of("AWS::DynamoDB::Table").values()
    views = [as_list(t["StreamSpecification"]["StreamViewType"]) for t in tables if "StreamSpecification" in t]
    if views != [["NEW_IMAGE"]]:
        yield "the relay reads the task from the new image"


RULES = (
    every_queue_that_is_read_has_dead_letters,
    failures_are_kept_for_fourteen_days_and_encrypted,
    every_queue_of_failures_has_an_alarm,
    every_alarm_reaches_people_and_names_the_runbook,
    every_metric_of_the_code_has_an_alarm_and_the_other_way_round,
    a_message_is_hidden_for_six_times_its_functions_timeout,
    every_batch_reports_its_failures,
    every_relayed_queue_is_known_to_relay_and_sweep_and_read_once,
    services_may_send_only_from_here,
    schedules_are_stockholms_and_never_fail_silently,
    what_is_invoked_without_waiting_keeps_its_failures,
    the_stream_gives_up_an_old_batch_to_a_queue,
    the_stream_tells_only_of_tasks_to_relay,
)
