"""Rules of the API: explicit methods, a caller who is known, and routes that a handler really has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from http import HTTPStatus

import msgspec

from scripts.routes import handled, load, shape
from scripts.template import Json, Template, named
from statsbidrag.entry.api import PROBLEM, SECURITY_HEADERS, Problem
from statsbidrag.entry.cookies import SESSION
from statsbidrag.entry.rights import ANYONE, RIGHTS

METHODS = {"GET", "POST"}
READS_BODIES = {
    "SizeRestrictions_BODY",
    "CrossSiteScripting_BODY",
    "GenericLFI_BODY",
    "GenericRFI_BODY",
    "EC2MetaDataSSRF_BODY",
}
"""Rules of AWS's common set that judge what somebody wrote."""
PUBLIC = {(method, path) for path, methods in RIGHTS.items() for method, roles in methods.items() if roles == ANYONE}
"""What nobody signs in for: the way in and out, pages that are the same for all, what a link opens, the way to one."""


def every_method_is_named(template: Template) -> Iterator[str]:
    """`ANY` is silently not imported by the emulated API."""
    paths: dict[str, list[str]] = defaultdict(list)
    for event in template.events("Api"):
        paths[event.properties["Path"]].append(event.properties["Method"])
        if "+" in event.properties["Path"]:
            yield f"{event.properties['Path']} takes any path"
        if named(event.properties.get("RestApiId", "")) not in template.of("AWS::Serverless::Api"):
            yield f"{event.function} has an API of its own"
    for path, methods in paths.items():
        yield from (f"{method} {path} is no method of ours" for method in set(methods) - METHODS)
        if len(set(methods)) < len(methods):
            yield f"{path} has a method twice"


def every_route_but_the_public_ones_has_an_authoriser(template: Template) -> Iterator[str]:
    seen = set()
    for event in template.events("Api"):
        route = (event.properties["Method"], event.properties["Path"])
        seen.add(route)
        is_open = event.properties.get("Auth", {}).get("Authorizer") == "NONE"
        if "Auth" in event.properties and not is_open:
            yield f"{route} has an authoriser of its own"
        if is_open != (route in PUBLIC):
            yield f"{route} is {'open to all' if is_open else 'closed'}"
    yield from (f"{route} is no route" for route in PUBLIC - seen)
    for name, api in template.of("AWS::Serverless::Api").items():
        authorisers = api.get("Auth", {}).get("Authorizers", {})
        if api.get("Auth", {}).get("DefaultAuthorizer") not in authorisers:
            yield f"{name} lets everybody in"


def who_calls_is_asked_each_time(template: Template) -> Iterator[str]:
    """A cached policy would let a caller go on after sign-out, and another one in on its key."""
    for api in template.of("AWS::Serverless::Api").values():
        for name, authoriser in api.get("Auth", {}).get("Authorizers", {}).items():
            if (
                authoriser.get("FunctionPayloadType") != "REQUEST"
                or authoriser["Identity"].get("ReauthorizeEvery") != 0
            ):
                yield f"{name} remembers who called"
            if named(authoriser["FunctionArn"]) not in template.functions:
                yield f"{name} is no function"


def calls_are_bounded(template: Template) -> Iterator[str]:
    for name, api in template.of("AWS::Serverless::Api").items():
        settings = [s for s in api.get("MethodSettings", []) if s["ResourcePath"] == "/*" and s["HttpMethod"] == "*"]
        if not settings or not settings[0].get("ThrottlingRateLimit") or not settings[0].get("ThrottlingBurstLimit"):
            yield f"{name} takes any number of calls"


RENEWAL = "/logga-in/fornya"
_MAILED = {path.partition("{token}")[0] for path in RIGHTS if "{token}" in path}
"""How every address begins that an e-mail gives with its secret."""


def every_caller_is_bounded_and_no_text_is_turned_away(template: Template) -> Iterator[str]:
    """On AWS a web ACL stands before the API; what people write may look like an attack and is never lost for it."""
    guarded = [str(each["ResourceArn"]) for each in template.on_aws.of("AWS::WAFv2::WebACLAssociation").values()]
    for name, api in template.on_aws.of("AWS::Serverless::Api").items():
        if not any(f"/restapis/${{{name}}}/stages/{api['StageName']}" in arn for arn in guarded):
            yield f"nothing stands before {name}"
    for name, acl in template.on_aws.of("AWS::WAFv2::WebACL").items():
        rates = [rule for rule in acl["Rules"] if "RateBasedStatement" in rule["Statement"]]
        bounded = {
            _what_is_counted(rule["Statement"]["RateBasedStatement"]) for rule in rates if "Block" in rule["Action"]
        }
        yield from (f"{name} does not count calls by {what}" for what in {"IP", "Cookie", "Header"} - bounded)
        bounds = {
            rule["Name"]: rule["Statement"]["RateBasedStatement"]["Limit"]
            for rule in rates
            if f"'SearchString': '{RENEWAL}'" in str(rule)
        }
        spared = any("NotStatement" in str(rule) for rule in rates if rule["Name"] == "SignIn")
        if not spared or bounds.get("Renewals", 0) <= bounds.get("SignIn", 0):
            yield f"{name} counts a whole office's renewals as if they signed in"
        links = [rule for rule in rates if rule["Name"] == "MailedLinks"]
        yield from (f"nothing bounds guesses at {path}" for path in sorted(_MAILED) if path not in str(links))
        if f"{{'Name': '{SESSION}'," not in str(rates):
            yield f"{name} does not know the sessions' cookie"
        for rule in acl["Rules"]:
            if rule["VisibilityConfig"]["SampledRequestsEnabled"]:
                yield f"{rule['Name']} keeps calls with their tokens"
            group = rule["Statement"].get("ManagedRuleGroupStatement", {})
            counted = {o["Name"] for o in group.get("RuleActionOverrides", ()) if "Count" in o["ActionToUse"]}
            if group.get("Name") == "AWSManagedRulesCommonRuleSet":
                yield from (f"{each} turns texts away" for each in READS_BODIES - counted)


GATEWAY_ANSWERS = {
    "UNAUTHORIZED": 401,
    "ACCESS_DENIED": 403,
    "WAF_FILTERED": 403,
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "RESOURCE_NOT_FOUND": 404,
    "REQUEST_TOO_LARGE": 413,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "THROTTLED": 429,
    "QUOTA_EXCEEDED": 429,
    "DEFAULT_4XX": 400,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
    "DEFAULT_5XX": 500,
}
"""What API Gateway answers by itself, and with which status; the two defaults are for every other."""
_ON_EVERY_ANSWER = ("X-Content-Type-Options", "Strict-Transport-Security")


def what_the_gateway_answers_is_a_problem_of_ours(template: Template) -> Iterator[str]:
    """They are the API's own property: as resources of their own they could come after its deployment."""
    headers = {name: f"'{SECURITY_HEADERS[name]}'" for name in _ON_EVERY_ANSWER}
    headers |= {"Cache-Control": "'no-store'", "Content-Type": f"'{PROBLEM}'", "Content-Language": "'sv'"}
    for name, api in template.of("AWS::Serverless::Api").items():
        made = api.get("GatewayResponses", {})
        yield from (f"{name} leaves {kind} to the gateway's own words" for kind in GATEWAY_ANSWERS.keys() - made.keys())
        for kind, answer in made.items():
            if answer["ResponseParameters"]["Headers"] != headers:
                yield f"{kind} lacks a header"
            problem = msgspec.json.decode(answer["ResponseTemplates"]["application/json"], type=Problem, strict=True)
            if not problem.status == answer["StatusCode"] == GATEWAY_ANSWERS.get(kind):
                yield f"{kind} says {problem.status}"
            if problem.title != HTTPStatus(problem.status).phrase or not problem.type.endswith(f":{problem.code}"):
                yield f"{kind} contradicts itself"
            if not problem.instance.endswith(":$context.requestId"):
                yield f"{kind} does not name the call"


def _what_is_counted(statement: Json) -> str:
    return "IP" if statement["AggregateKeyType"] == "IP" else next(iter(statement["CustomKeys"][0]))


def an_answer_comes_before_the_api_hangs_up(template: Template) -> Iterator[str]:
    authorisers = [
        a for api in template.of("AWS::Serverless::Api").values() for a in api["Auth"]["Authorizers"].values()
    ]
    called = {event.function for event in template.events("Api")} | {named(a["FunctionArn"]) for a in authorisers}
    for function in sorted(called):
        if template.functions[function]["Timeout"] > 29:
            yield f"{function} may answer too late"


def every_route_has_a_handler_and_the_other_way_round(template: Template) -> Iterator[str]:
    routed: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for event in template.events("Api"):
        routed[template.folder(event.function)].add((event.properties["Method"], shape(event.properties["Path"])))
    for folder in sorted({template.folder(name) for name in template.functions}):
        if not hasattr(load(folder), "app"):
            yield from (f"{folder} answers no calls, but {route} leads to it" for route in routed[folder])
            continue
        answered = {(each.method, each.shape) for each in handled(folder)}
        yield from (f"{folder} does not answer {route}" for route in routed[folder] - answered)
        yield from (f"nothing leads to {route} of {folder}" for route in answered - routed[folder])


def files_come_and_leave_as_bytes(template: Template) -> Iterator[str]:
    """A browser asks for HTML first, also where it is given a file: only every type is bytes to it.

    CloudFormation wants ``~1`` for a slash, the embedded AWS a slash.
    """
    for where, slash in ((template.on_aws, "~1"), (template.embedded, "/")):
        for name, api in where.of("AWS::Serverless::Api").items():
            if api.get("BinaryMediaTypes") != [f"*{slash}*"]:
                yield f"{name} hands on as bytes: {api.get('BinaryMediaTypes')}"


RULES = (
    every_method_is_named,
    every_route_but_the_public_ones_has_an_authoriser,
    who_calls_is_asked_each_time,
    calls_are_bounded,
    every_caller_is_bounded_and_no_text_is_turned_away,
    what_the_gateway_answers_is_a_problem_of_ours,
    an_answer_comes_before_the_api_hangs_up,
    files_come_and_leave_as_bytes,
    every_route_has_a_handler_and_the_other_way_round,
)
