"""Rules of how the stack is built and deployed, and of the line between AWS and the embedded run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scripts.template import ROOT, Json, Template, named
from tests.template.code import needs

ACCOUNT_OF_THE_EMULATION = "000000000000"
EMULATED_ALONE = {"AWS::ApiGateway::DomainName", "AWS::ApiGateway::BasePathMapping"}
NOT_EMULATED = re.compile(
    r"AWS::(CodeDeploy|ApplicationAutoScaling|Budgets|CloudTrail|Synthetics)::.*"
    r"|AWS::(Logs::QueryDefinition|CloudWatch::CompositeAlarm|CloudWatch::AnomalyDetector|Events::Archive"
    r"|Events::EventBusPolicy|WAFv2::WebACLAssociation|WAFv2::IPSet|SQS::QueueInlinePolicy|SES::Template)"
)
"""Types that the emulated CloudFormation refuses, and with them the whole stack."""
MOST_RESOURCES = 490
"""A stack takes 500; neither cfn-lint nor `sam validate` counts what the transformation makes."""
READ_BY_LIBRARIES = {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_LOG_LEVEL", "LOG_LEVEL"}


def a_deployed_stack_is_never_embedded(template: Template) -> Iterator[str]:
    data = template.data
    if data["Parameters"].get("Embedded", {}).get("Default") != "false":
        yield "a stack is embedded unless somebody says no"
    if data["Conditions"].get("Embedded") != {"Fn::Equals": [{"Ref": "Embedded"}, "true"]}:
        yield "the condition does not follow the parameter"
    asserted = [
        assertion["Assert"]
        for rule in data.get("Rules", {}).values()
        if rule.get("RuleCondition") == {"Fn::Equals": [{"Ref": "Embedded"}, "true"]}
        for assertion in rule["Assertions"]
    ]
    if {"Fn::Equals": [{"Ref": "AWS::AccountId"}, ACCOUNT_OF_THE_EMULATION]} not in asserted:
        yield "nothing stops a deployed stack from being embedded"


def aws_gets_nothing_of_the_embedded_run(template: Template) -> Iterator[str]:
    for function in template.functions:
        on_aws, embedded = template.on_aws.variables(function), template.embedded.variables(function)
        if (on_aws.get("CLOCK"), embedded.get("CLOCK")) != ("system", {"Ref": "ClockFile"}):
            yield f"{function} tells time by {on_aws.get('CLOCK')} on AWS"
        secret = on_aws.get("OIDC_CLIENT_SECRET")
        if secret is not None and not str(secret).startswith("{'Fn::Sub': '{{resolve:secretsmanager:"):
            yield f"{function} has a secret that stands in the template"
        if secret is not None and template.folder(function) != "sign_in":
            yield f"{function} has no use for the secret"
    for kind in EMULATED_ALONE:
        yield from (f"{name} stands on AWS too" for name in template.on_aws.of(kind))


def what_the_emulation_does_not_know_stands_under_a_condition(template: Template) -> Iterator[str]:
    for name, resource in template.embedded.data["Resources"].items():
        if NOT_EMULATED.fullmatch(resource["Type"]):
            yield f"{name} would stop the embedded run"
    yield from (f"{f} is deployed by CodeDeploy" for f, p in template.functions.items() if "DeploymentPreference" in p)


def everything_is_built_for_the_runtime_it_runs_on(template: Template) -> Iterator[str]:
    """Libraries are compiled: another interpreter or processor than the function's cannot load them."""
    runtime, (architecture,) = {"Ref": "PythonRuntime"}, template.data["Globals"]["Function"]["Architectures"]
    for name, properties in template.functions.items():
        if properties.get("Runtime") != runtime or properties.get("Architectures") != [architecture]:
            yield f"{name} runs on something else"
        metadata = template.data["Resources"][name].get("Metadata", {})
        if (metadata.get("BuildMethod"), metadata.get("ContextPath")) != ("makefile", "shared"):
            yield f"{name} is built in another way"
        if properties.get("Layers") != [{"Ref": "Layer"}]:
            yield f"{name} lacks the layer"
    layer = template.data["Resources"]["Layer"]
    if layer["Metadata"] != {"BuildMethod": "makefile", "BuildArchitecture": architecture}:
        yield "the layer is built for another processor"
    of_layer = (layer["Properties"]["CompatibleRuntimes"], layer["Properties"]["CompatibleArchitectures"])
    if of_layer != ([runtime], [architecture]):
        yield "the layer says it fits something else"
    platform = re.search(r"LAMBDA_PLATFORM \?= \S+_(x86_64|aarch64)$", (ROOT / "Makefile").read_text("utf-8"), re.M)
    if platform is None or {"aarch64": "arm64"}.get(platform[1], platform[1]) != architecture:
        yield "`make deploy` takes wheels for another processor"


def memory_and_time_are_within_limits(template: Template) -> Iterator[str]:
    for name, properties in template.functions.items():
        if not 256 <= properties.get("MemorySize", 0) <= 3008:
            yield f"{name} has {properties.get('MemorySize')} megabytes"
        if not 3 <= properties.get("Timeout", 0) <= 900:
            yield f"{name} has {properties.get('Timeout')} seconds"


def the_stack_fits_into_cloudformation(template: Template) -> Iterator[str]:
    """SAM makes a role of each function, and a permission, mapping or schedule with its role of each event."""
    events = [event for properties in template.functions.values() for event in properties.get("Events", {}).values()]
    made = len(template.data["Resources"]) + len(template.functions) + len(events)
    made += sum(event["Type"] == "ScheduleV2" for event in events)
    made += sum("EventInvokeConfig" in properties for properties in template.functions.values())
    if made > MOST_RESOURCES:
        yield f"{made} resources, of {MOST_RESOURCES} that leave room for what SAM makes of the API"


def every_folder_is_a_function_and_the_other_way_round(template: Template) -> Iterator[str]:
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/handler.py")}
    deployed = {name: template.folder(name) for name in template.functions}
    yield from (f"{name} is not deployed" for name in folders - set(deployed.values()))
    yield from (f"{name} has no folder {folder}" for name, folder in deployed.items() if folder not in folders)
    for name, folder in deployed.items():
        if "".join(word.capitalize() for word in folder.split("_")) != name:
            yield f"{name} is called otherwise than its folder"
        if template.functions[name]["Handler"] != "handler.handler":
            yield f"{name} begins elsewhere"
        if template.variables(name).get("POWERTOOLS_SERVICE_NAME") != folder:
            yield f"{name} logs under another name"


def a_function_is_given_what_it_reads(template: Template) -> Iterator[str]:
    common = template.data["Globals"]["Function"]["Environment"]["Variables"]
    for function in template.functions:
        given, read = template.variables(function).keys(), needs(template.folder(function)).settings
        own = {"QUEUE_URL_*" if name.startswith("QUEUE_URL_") else name for name in given} - READ_BY_LIBRARIES
        yield from (f"{function} is not given {name}" for name in sorted(read - own))
        yield from (f"{function} never reads {name}" for name in sorted(own - read - common.keys()))


def nothing_names_an_account_or_a_region(template: Template) -> Iterator[str]:
    """The same template serves every account; a secret has no default."""

    def texts(value: Json, path: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for key, each in value.items():
                yield from texts(each, f"{path}/{key}")
        elif isinstance(value, list):
            for each in value:
                yield from texts(each, path)
        elif isinstance(value, str):
            yield path, value

    for path, text in texts(template.data["Resources"], ""):
        if re.search(r"\b\d{12}\b|\b(eu|us)-[a-z]+-\d\b|arn:aws:", text):
            yield f"{path}: {text}"
    for name, parameter in template.data["Parameters"].items():
        if parameter.get("NoEcho") and parameter.get("Default"):
            yield f"{name} has a default"


def every_output_names_something(template: Template) -> Iterator[str]:
    known = template.data["Resources"].keys()
    for name, output in template.data["Outputs"].items():
        if "Fn::Sub" not in output["Value"] and named(output["Value"]) not in known:
            yield f"{name} names nothing"
    queues = template.of("AWS::SQS::Queue").keys()
    yield from (f"{q} cannot be redriven by name" for q in queues if f"{q}Url" not in template.data["Outputs"])


RULES = (
    a_deployed_stack_is_never_embedded,
    aws_gets_nothing_of_the_embedded_run,
    what_the_emulation_does_not_know_stands_under_a_condition,
    everything_is_built_for_the_runtime_it_runs_on,
    memory_and_time_are_within_limits,
    the_stack_fits_into_cloudformation,
    every_folder_is_a_function_and_the_other_way_round,
    a_function_is_given_what_it_reads,
    nothing_names_an_account_or_a_region,
    every_output_names_something,
)
