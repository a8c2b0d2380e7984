"""What the functions' code asks of its surroundings, read off the source: settings, AWS actions and buckets."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import msgspec

from scripts.template import ROOT

PACKAGE = ROOT / "shared/statsbidrag"

CALLS: dict[str, tuple[str, ...]] = {
    "get_item": ("dynamodb:GetItem",),
    "batch_get_item": ("dynamodb:BatchGetItem",),
    "batch_write_item": ("dynamodb:BatchWriteItem",),
    "put_item": ("dynamodb:PutItem",),
    "delete_item": ("dynamodb:DeleteItem",),
    "transact_write_items": ("dynamodb:PutItem", "dynamodb:DeleteItem"),
    "query": ("dynamodb:Query",),
    "get_object": ("s3:GetObject", "s3:ListBucket"),  # without the second a missing object looks forbidden
    "head_object": ("s3:GetObject",),
    "list_objects_v2": ("s3:ListBucket",),
    "copy_object": ("s3:GetObject", "s3:PutObject"),
    "put_object": ("s3:PutObject",),
    "delete_object": ("s3:DeleteObject",),
    "send_message": ("sqs:SendMessage",),
    "send_message_batch": ("sqs:SendMessage*",),  # AWS asks for SendMessage, the emulated one for SendMessageBatch
    "change_message_visibility": ("sqs:ChangeMessageVisibility",),
    "generate_mac": ("kms:GenerateMac",),
    "sign": ("kms:Sign",),
    "get_public_key": ("kms:GetPublicKey",),
    "send_raw_email": ("ses:SendRawEmail",),
}
"""What IAM asks for when an adapter calls its client."""


class Needs(msgspec.Struct, frozen=True):
    """What a function's code reaches for.

    Attributes
    ----------
    settings
        Environment variables that are read.
    actions
        What its adapters can do.
    """

    settings: frozenset[str]
    actions: frozenset[str]


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def _wired(node: ast.AST) -> set[str]:
    """Name what is taken from `wiring` under a node."""
    return {
        each.attr
        for each in ast.walk(node)
        if isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "wiring"
    }


def _needed(node: ast.AST) -> set[str]:
    """Name the settings that are read under a node: `need("x")`, `files("x")`, `settings().x`."""
    found = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and each.args and isinstance(each.args[0], ast.Constant):
            called = ast.unparse(each.func)
            if called.endswith(".need") or called == "wiring.files":
                found.add(str(each.args[0].value).upper())
        if isinstance(each, ast.Attribute) and ast.unparse(each.value).endswith("settings()") and each.attr != "need":
            found.add("QUEUE_URL_*" if each.attr == "queue_urls" else each.attr.upper())
    return found


def _adapter_actions(module: str) -> set[str]:
    """Give what an adapter module's client calls need."""
    actions: set[str] = set()
    for each in ast.walk(_tree(PACKAGE / "adapters" / f"{module}.py")):
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute):
            method = each.func.attr
            if method == "get_paginator" and isinstance(each.args[0], ast.Constant):
                method = str(each.args[0].value)
            if method in CALLS and "client" in ast.unparse(each.func.value):
                actions |= set(CALLS[method])
    return actions


def _adapters() -> dict[str, str]:
    """Give the module of each adapter class that the wiring imports."""
    return {
        alias.name: node.module.rsplit(".", 1)[-1]
        for node in ast.walk(_tree(PACKAGE / "entry/wiring.py"))
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("statsbidrag.adapters.")
        for alias in node.names
    }


@cache
def _wiring(name: str) -> Needs:
    """Give what one function of the wiring needs, with what it calls."""
    functions = {n.name: n for n in _tree(PACKAGE / "entry/wiring.py").body if isinstance(n, ast.FunctionDef)}
    node = functions[name]
    called = {ast.unparse(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)}
    settings, actions = _needed(node), set[str]()
    for other in called & functions.keys() - {name}:
        settings |= _wiring(other).settings
        actions |= _wiring(other).actions
    for adapter, module in _adapters().items():
        if adapter in called:
            actions |= _adapter_actions(module)
    return Needs(frozenset(settings), frozenset(actions))


def needs(folder: str) -> Needs:
    """Give what a function needs: its handler, and the modules of `entry` that the handler imports."""
    handler = _tree(ROOT / "functions" / folder / "handler.py")
    trees: list[ast.AST] = [handler, *(_tree(path) for path in _entry_modules(handler))]
    wired = {name for tree in trees for name in _wired(tree)}
    settings = {name for tree in trees for name in _needed(tree)}
    parts = [_wiring(name) for name in wired]
    return Needs(
        settings=frozenset(settings.union(*(part.settings for part in parts))),
        actions=frozenset[str]().union(*(part.actions for part in parts)),
    )


def _entry_modules(handler: ast.Module) -> Iterable[Path]:
    """Give the modules of `entry` that stand between a handler and the wiring."""
    names: set[str] = set()
    for node in ast.walk(handler):
        if isinstance(node, ast.ImportFrom) and node.module == "statsbidrag.entry":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("statsbidrag.entry."):
            names.add(node.module.removeprefix("statsbidrag.entry."))
    modules = (PACKAGE / "entry" / name.replace(".", "/") for name in sorted(names - {"wiring"}))
    return (path if path.exists() else each / "__init__.py" for each in modules for path in [each.with_suffix(".py")])
