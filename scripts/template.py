"""`template.yaml` as data: read once, resolved for AWS or for the embedded run, with its globals put in."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import yaml

ROOT = Path(__file__).parents[1]
Json = Any
"""What YAML holds; a function such as `!Ref X` is `{"Ref": "X"}`, `!GetAtt X.Arn` is `{"Fn::GetAtt": "X.Arn"}`."""

_NO_VALUE = {"Ref": "AWS::NoValue"}


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short functions; own, so that the plain loader stays plain."""


def _function(loader: _Loader, suffix: str, node: yaml.Node) -> Json:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    raise yaml.constructor.ConstructorError(None, None, f"!{suffix} of a mapping", node.start_mark)


_Loader.add_multi_constructor("!", _function)


class Event(NamedTuple):
    """What sets a function off."""

    function: str
    name: str
    type: str
    properties: Json


class Statement(NamedTuple):
    """One statement of a function's role, everything as lists."""

    function: str
    effect: str
    actions: list[str]
    resources: list[Json]
    others: list[Json]
    """`NotResource`."""


class Template:
    """A template that rules are held against.

    Parameters
    ----------
    data
        As `read` gives it; a test may hand in a copy that it has broken.
    """

    def __init__(self, data: Json) -> None:
        self.data = data

    @cached_property
    def on_aws(self) -> Template:
        """The template as AWS sees it: not embedded."""
        return Template(_resolved(self.data, embedded=False))

    @cached_property
    def embedded(self) -> Template:
        """The template as the embedded run sees it."""
        return Template(_resolved(self.data, embedded=True))

    def of(self, kind: str) -> dict[str, Json]:
        """Give the properties of every resource of a type, by logical id."""
        return {name: r.get("Properties", {}) for name, r in self.data["Resources"].items() if r["Type"] == kind}

    @cached_property
    def functions(self) -> dict[str, Json]:
        """Every function's properties with the globals put in, by logical id."""
        shared = self.data["Globals"]["Function"]
        return {name: _merged(shared, own) for name, own in self.of("AWS::Serverless::Function").items()}

    def folder(self, function: str) -> str:
        """Give the name of a function's folder."""
        return str(self.functions[function]["CodeUri"]).removeprefix("functions/")

    def events(self, *types: str) -> Iterator[Event]:
        """Give what sets functions off, of these types or all."""
        for function, properties in self.functions.items():
            for name, event in properties.get("Events", {}).items():
                if not types or event["Type"] in types:
                    yield Event(function, name, event["Type"], event["Properties"])

    def variables(self, function: str) -> dict[str, Json]:
        """Give a function's environment."""
        return dict(self.functions[function]["Environment"]["Variables"])

    def statements(self) -> Iterator[Statement]:
        """Give every statement of every function's role."""
        for function, properties in self.functions.items():
            for policy in properties.get("Policies", []):
                for one in policy["Statement"] if isinstance(policy, dict) else []:
                    yield Statement(
                        function,
                        one["Effect"],
                        as_list(one["Action"]),
                        as_list(one.get("Resource", [])),
                        as_list(one.get("NotResource", [])),
                    )


def read() -> Template:
    """Read the project's template."""
    return Template(yaml.load((ROOT / "template.yaml").read_text("utf-8"), _Loader))  # noqa: S506 - a SafeLoader


def broken_copy(template: Template) -> Json:
    """Give a copy of a template's data that may be changed."""
    return copy.deepcopy(template.data)


def as_list(value: Json) -> list[Json]:
    """Give a value that may stand alone as a list."""
    return value if isinstance(value, list) else [value]


def named(value: Json) -> str:
    """Give the logical id that a `Ref` or `GetAtt` names, else the value as text."""
    if isinstance(value, dict):
        inner = value.get("Ref") or value.get("Fn::GetAtt") or value.get("Fn::Sub") or ""
        return str(inner).split(".", maxsplit=1)[0] if "Fn::Sub" not in value else str(inner)
    return str(value)


def _merged(shared: Json, own: Json) -> Json:
    merged = {**shared, **own}
    variables = [each.get("Environment", {}).get("Variables", {}) for each in (shared, own)]
    return {**merged, "Environment": {"Variables": {**variables[0], **variables[1]}}}


def _resolved(data: Json, *, embedded: bool) -> Json:
    """Decide every condition `Embedded` one way; any other condition counts as true."""

    def walk(value: Json) -> Json:
        if isinstance(value, dict):
            if set(value) == {"Fn::If"}:
                condition, then, otherwise = value["Fn::If"]
                return walk(then if condition != "Embedded" or embedded else otherwise)
            return {key: walked for key, each in value.items() if (walked := walk(each)) != _NO_VALUE}
        if isinstance(value, list):
            return [walked for each in value if (walked := walk(each)) != _NO_VALUE]
        return value

    resolved = walk(data)
    resolved["Resources"] = {
        name: resource
        for name, resource in resolved["Resources"].items()
        if resource.get("Condition") not in ("Embedded", "Deployed")
        or (resource["Condition"] == "Embedded") == embedded
    }
    return resolved
