"""Each rule finds a template that breaks it: one small change for each, in a copy in memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from scripts.template import Json, Template, broken_copy, read
from tests.template import calls, deployment, messages, roles, storage
from tests.template.test_template import RULES, Rule

Break = Callable[[Json], object]
WHOLE = read()


def _resource(data: Json, name: str) -> Json:
    return data["Resources"][name]["Properties"]


def _event(data: Json, function: str, name: str) -> Json:
    return _resource(data, function)["Events"][name]["Properties"]


def _variables(data: Json, function: str) -> Json:
    return _resource(data, function)["Environment"]["Variables"]


def _allow(function: str, action: str, resource: Json) -> Break:
    one = {"Effect": "Allow", "Action": [action], "Resource": resource}
    return lambda data: _resource(data, function)["Policies"].append({"Statement": [one]})


def _statement(data: Json, function: str, action: str) -> Json:
    for policy in _resource(data, function)["Policies"]:
        for one in policy.get("Statement", []):
            if action in one["Action"]:
                return one
    raise LookupError(action)


def _rule(data: Json, name: str) -> Json:
    (rule,) = (each for each in _resource(data, "WebAcl")["Rules"] if each["Name"] == name)
    return rule["Statement"]["RateBasedStatement"]


BOOKS = {"Fn::GetAtt": "Books.Arn"}
BREAKS: list[tuple[Rule, Break]] = [
    (messages.every_queue_that_is_read_has_dead_letters, lambda d: _resource(d, "MailQueue").pop("RedrivePolicy")),
    (
        messages.every_queue_that_is_read_has_dead_letters,
        lambda d: _resource(d, "MailQueue")["RedrivePolicy"].update(maxReceiveCount=1),
    ),
    (
        messages.failures_are_kept_for_fourteen_days_and_encrypted,
        lambda d: _resource(d, "FailedRuns").update(MessageRetentionPeriod=345_600),
    ),
    (messages.every_queue_of_failures_has_an_alarm, lambda d: d["Resources"].pop("PaymentsDeadLettersAlarm")),
    (messages.every_queue_of_failures_has_an_alarm, lambda d: _resource(d, "FailedRunsAlarm").update(Threshold=5)),
    (
        messages.every_queue_of_failures_has_an_alarm,
        lambda d: _resource(d, "FailedRunsAlarm").update(MetricName="NumberOfMessagesSent"),
    ),
    (
        messages.every_alarm_reaches_people_and_names_the_runbook,
        lambda d: _resource(d, "BooksDifferAlarm").pop("AlarmActions"),
    ),
    (
        messages.every_metric_of_the_code_has_an_alarm_and_the_other_way_round,
        lambda d: _resource(d, "PaymentsDifferAlarm").update(MetricName="PaymentDiffers"),
    ),
    (
        messages.a_message_is_hidden_for_six_times_its_functions_timeout,
        lambda d: _resource(d, "SendMail").update(Timeout=61),
    ),
    (
        messages.every_batch_reports_its_failures,
        lambda d: _event(d, "OpenCases", "Queue").pop("FunctionResponseTypes"),
    ),
    (
        messages.every_relayed_queue_is_known_to_relay_and_sweep_and_read_once,
        lambda d: _variables(d, "SweepTasks").pop("QUEUE_URL_LETTERS"),
    ),
    (messages.services_may_send_only_from_here, lambda d: d["Resources"].pop("FailedRunsPolicy")),
    (
        messages.services_may_send_only_from_here,
        lambda d: _resource(d, "BankReportsQueuePolicy")["PolicyDocument"]["Statement"][0].pop("Condition"),
    ),
    (
        messages.schedules_are_stockholms_and_never_fail_silently,
        lambda d: _event(d, "QueuePayouts", "Schedule").pop("ScheduleExpressionTimezone"),
    ),
    (
        messages.schedules_are_stockholms_and_never_fail_silently,
        lambda d: _event(d, "QueuePayouts", "Schedule").pop("DeadLetterConfig"),
    ),
    (
        messages.schedules_are_stockholms_and_never_fail_silently,
        lambda d: _event(d, "QueuePayouts", "Schedule").update(Input='{"at": "<aws.scheduler.scheduled-time>"}'),
    ),
    (
        messages.what_is_invoked_without_waiting_keeps_its_failures,
        lambda d: _resource(d, "ImportAllocations").pop("EventInvokeConfig"),
    ),
    (
        messages.the_stream_gives_up_an_old_batch_to_a_queue,
        lambda d: _event(d, "RelayTasks", "Stream").pop("MaximumRecordAgeInSeconds"),
    ),
    (
        messages.the_stream_gives_up_an_old_batch_to_a_queue,
        lambda d: _event(d, "RelayTasks", "Stream").update(FunctionResponseTypes=["ReportBatchItemFailures"]),
    ),
    (
        messages.the_stream_tells_only_of_tasks_to_relay,
        lambda d: _event(d, "RelayTasks", "Stream").pop("FilterCriteria"),
    ),
    (calls.every_method_is_named, lambda d: _event(d, "ListTasks", "Show").update(Method="ANY")),
    (
        calls.every_route_but_the_public_ones_has_an_authoriser,
        lambda d: _event(d, "AttestPayouts", "Attest").update(Auth={"Authorizer": "NONE"}),
    ),
    (
        calls.every_route_but_the_public_ones_has_an_authoriser,
        lambda d: _resource(d, "Api")["Auth"].pop("DefaultAuthorizer"),
    ),
    (
        calls.who_calls_is_asked_each_time,
        lambda d: _resource(d, "Api")["Auth"]["Authorizers"]["Caller"]["Identity"].update(ReauthorizeEvery=300),
    ),
    (calls.calls_are_bounded, lambda d: _resource(d, "Api").pop("MethodSettings")),
    (calls.files_come_and_leave_as_bytes, lambda d: _resource(d, "Api").pop("BinaryMediaTypes")),
    (
        calls.files_come_and_leave_as_bytes,
        lambda d: _resource(d, "Api").update(BinaryMediaTypes=["multipart/form-data"]),
    ),
    (
        calls.every_caller_is_bounded_and_no_text_is_turned_away,
        lambda d: d["Resources"].pop("WebAclAssociation"),
    ),
    (
        calls.every_caller_is_bounded_and_no_text_is_turned_away,
        lambda d: _resource(d, "WebAcl")["Rules"].pop(1),
    ),
    (
        calls.every_caller_is_bounded_and_no_text_is_turned_away,
        lambda d: _rule(d, "MailedLinks").pop("ScopeDownStatement"),
    ),
    (
        calls.every_caller_is_bounded_and_no_text_is_turned_away,
        lambda d: _resource(d, "WebAcl")["Rules"][1]["Statement"]["RateBasedStatement"]["CustomKeys"][0][
            "Cookie"
        ].update(Name="session"),
    ),
    (
        calls.every_caller_is_bounded_and_no_text_is_turned_away,
        lambda d: _resource(d, "WebAcl")["Rules"][6]["Statement"]["ManagedRuleGroupStatement"].pop(
            "RuleActionOverrides"
        ),
    ),
    (calls.every_caller_is_bounded_and_no_text_is_turned_away, lambda d: _rule(d, "Renewals").update(Limit=100)),
    (
        calls.every_caller_is_bounded_and_no_text_is_turned_away,
        lambda d: _rule(d, "SignIn")["ScopeDownStatement"]["AndStatement"]["Statements"].pop(),
    ),
    (
        calls.what_the_gateway_answers_is_a_problem_of_ours,
        lambda d: _resource(d, "Api")["GatewayResponses"].pop("THROTTLED"),
    ),
    (
        calls.what_the_gateway_answers_is_a_problem_of_ours,
        lambda d: _resource(d, "Api")["GatewayResponses"]["DEFAULT_5XX"].update(StatusCode=502),
    ),
    (
        calls.what_the_gateway_answers_is_a_problem_of_ours,
        lambda d: _resource(d, "Api")["GatewayResponses"]["UNAUTHORIZED"]["ResponseParameters"]["Headers"].pop(
            "Cache-Control"
        ),
    ),
    (calls.an_answer_comes_before_the_api_hangs_up, lambda d: _resource(d, "ListTasks").update(Timeout=30)),
    (
        calls.every_route_has_a_handler_and_the_other_way_round,
        lambda d: _event(d, "ListTasks", "Show").update(Path="/work"),
    ),
    (
        calls.every_route_has_a_handler_and_the_other_way_round,
        lambda d: _resource(d, "ListTasks")["Events"].pop("Show"),
    ),
    (
        roles.every_function_has_a_role_of_its_own,
        lambda d: _resource(d, "SendMail").update(Role={"Fn::GetAtt": "Shared.Arn"}),
    ),
    (
        roles.every_function_has_a_role_of_its_own,
        lambda d: _resource(d, "SendMail").update(Policies=["AdministratorAccess"]),
    ),
    (roles.no_role_allows_everything, _allow("ListTasks", "dynamodb:*", BOOKS)),
    (roles.no_role_allows_everything, _allow("ListTasks", "dynamodb:GetItem", "*")),
    (roles.a_role_allows_what_its_adapters_call, _allow("ListTasks", "dynamodb:Scan", BOOKS)),
    (roles.a_role_allows_what_its_adapters_call, _allow("ListTasks", "kms:GenerateMac", {"Fn::GetAtt": "LinkKey.Arn"})),
    (roles.a_role_allows_what_its_adapters_call, lambda d: _resource(d, "SendReportLinks")["Policies"].pop()),
    (
        roles.the_managed_policies_are_taken_back,
        lambda d: _resource(d, "SendPayments")["Policies"].pop(),
    ),
    (
        roles.a_file_is_written_by_one_function_and_under_a_prefix,
        lambda d: _statement(d, "SendPayments", "s3:PutObject").update(
            Resource={"Fn::Sub": "arn:${AWS::Partition}:s3:::${AWS::StackName}-bank-${AWS::AccountId}/*"}
        ),
    ),
    (
        roles.a_file_is_written_by_one_function_and_under_a_prefix,
        lambda d: _statement(d, "SendDecisionLetters", "s3:PutObject").update(
            Resource=_statement(d, "RaiseRepaymentInvoices", "s3:PutObject")["Resource"]
        ),
    ),
    (
        roles.a_bucket_is_named_in_the_role_and_in_the_environment,
        lambda d: _variables(d, "AuditBooks").pop("WRITE_ONCE_BUCKET"),
    ),
    (
        roles.a_queue_is_sent_to_by_who_must,
        lambda d: _statement(d, "SendMail", "sqs:SendMessage").update(Resource={"Fn::GetAtt": "PaymentsQueue.Arn"}),
    ),
    (
        roles.a_query_is_allowed_where_it_goes,
        lambda d: _statement(d, "ListTasks", "dynamodb:Query").update(Resource={"Fn::Sub": "${Books.Arn}/index/*"}),
    ),
    (storage.what_is_kept_outlives_the_stack, lambda d: d["Resources"]["Books"].pop("DeletionPolicy")),
    (
        storage.the_books_are_one_table_of_the_designed_shape,
        lambda d: _resource(d, "Books")["GlobalSecondaryIndexes"][0]["KeySchema"].reverse(),
    ),
    (
        storage.the_books_can_be_restored_and_are_not_deleted,
        lambda d: _resource(d, "Books").pop("PointInTimeRecoverySpecification"),
    ),
    (
        storage.the_books_can_be_restored_and_are_not_deleted,
        lambda d: _resource(d, "Books").update(DeletionProtectionEnabled=False),
    ),
    (
        storage.sessions_end_by_themselves_and_reach_nobody,
        lambda d: _resource(d, "Sessions").update(StreamSpecification={"StreamViewType": "NEW_IMAGE"}),
    ),
    (storage.sessions_end_by_themselves_and_reach_nobody, lambda d: _resource(d, "Sessions").pop("SSESpecification")),
    (
        storage.sessions_end_by_themselves_and_reach_nobody,
        lambda d: _resource(d, "Sessions").pop("TimeToLiveSpecification"),
    ),
    (
        storage.sessions_end_by_themselves_and_reach_nobody,
        lambda d: _statement(d, "Authorize", "dynamodb:GetItem")["Action"].append("dynamodb:PutItem"),
    ),
    (
        storage.sessions_end_by_themselves_and_reach_nobody,
        lambda d: _statement(d, "Authorize", "dynamodb:Query").pop("Condition"),
    ),
    (
        storage.buckets_are_private_versioned_and_encrypted,
        lambda d: _resource(d, "InboxBucket")["PublicAccessBlockConfiguration"].update(BlockPublicPolicy=False),
    ),
    (
        storage.buckets_are_private_versioned_and_encrypted,
        lambda d: _resource(d, "ArchiveBucket").pop("VersioningConfiguration"),
    ),
    (storage.heads_are_written_once, lambda d: _resource(d, "WriteOnceBucket").pop("ObjectLockConfiguration")),
    (
        storage.links_come_from_a_key_that_only_makes_macs,
        lambda d: _resource(d, "LinkKey").update(KeySpec="SYMMETRIC_DEFAULT"),
    ),
    (storage.logs_end_and_every_function_writes_to_them, lambda d: _resource(d, "LogGroup").pop("RetentionInDays")),
    (deployment.a_deployed_stack_is_never_embedded, lambda d: d.pop("Rules")),
    (deployment.a_deployed_stack_is_never_embedded, lambda d: d["Parameters"]["Embedded"].update(Default="true")),
    (
        deployment.aws_gets_nothing_of_the_embedded_run,
        lambda d: d["Globals"]["Function"]["Environment"]["Variables"].update(CLOCK="stored"),
    ),
    (
        deployment.aws_gets_nothing_of_the_embedded_run,
        lambda d: _variables(d, "SignIn").update(OIDC_CLIENT_SECRET="s3cret"),
    ),
    (
        deployment.aws_gets_nothing_of_the_embedded_run,
        lambda d: _variables(d, "Authorize").update(OIDC_CLIENT_SECRET=_variables(d, "SignIn")["OIDC_CLIENT_SECRET"]),
    ),
    (
        deployment.aws_gets_nothing_of_the_embedded_run,
        lambda d: d["Resources"]["EmbeddedDomain"].pop("Condition"),
    ),
    (
        deployment.what_the_emulation_does_not_know_stands_under_a_condition,
        lambda d: d["Resources"].update(Saved={"Type": "AWS::Logs::QueryDefinition"}),
    ),
    (
        deployment.everything_is_built_for_the_runtime_it_runs_on,
        lambda d: d["Resources"]["SendMail"]["Metadata"].update(BuildMethod="python3.13"),
    ),
    (
        deployment.everything_is_built_for_the_runtime_it_runs_on,
        lambda d: d["Globals"]["Function"].update(Architectures=["x86_64"]),
    ),
    (deployment.memory_and_time_are_within_limits, lambda d: _resource(d, "AuditBooks").update(Timeout=1000)),
    (
        deployment.the_stack_fits_into_cloudformation,
        lambda d: _resource(d, "ListTasks")["Events"].update(
            {f"Another{n}": _resource(d, "ListTasks")["Events"]["Show"] for n in range(200)}
        ),
    ),
    (deployment.every_folder_is_a_function_and_the_other_way_round, lambda d: d["Resources"].pop("AuditBooks")),
    (deployment.a_function_is_given_what_it_reads, lambda d: _variables(d, "SendMail").pop("BASE_URL")),
    (deployment.a_function_is_given_what_it_reads, lambda d: _variables(d, "SendMail").pop("LINK_KEY_ARN")),
    (deployment.a_function_is_given_what_it_reads, lambda d: _variables(d, "SendMail").pop("DEAD_LETTER_URL")),
    (deployment.a_function_is_given_what_it_reads, lambda d: _variables(d, "ListTasks").update(BANK_BUCKET="b")),
    (
        deployment.nothing_names_an_account_or_a_region,
        lambda d: _variables(d, "ListTasks").update(WHERE="eu-north-1"),
    ),
    (deployment.every_output_names_something, lambda d: d["Outputs"]["TableName"].update(Value={"Ref": "Ledger"})),
]


@pytest.mark.parametrize(("rule", "damage"), BREAKS, ids=[f"{n}-{rule.__name__}" for n, (rule, _) in enumerate(BREAKS)])
def test_the_rule_finds_what_breaks_it(rule: Rule, damage: Break) -> None:
    data = broken_copy(WHOLE)
    damage(data)
    assert list(rule(Template(data)))


def test_every_rule_is_seen_to_fail() -> None:
    assert {rule.__name__ for rule, _ in BREAKS} == {rule.__name__ for rule in RULES}
