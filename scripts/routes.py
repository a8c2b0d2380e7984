"""The API's routes: what the template leads to, and the function in a handler that answers."""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any, NamedTuple

from scripts.template import ROOT, Event, Template


class Handled(NamedTuple):
    """One route of a handler; each parameter of its path is ``{}``."""

    method: str
    shape: str
    answer: Callable[..., Any]


def load(folder: str) -> ModuleType:
    """Import a function's handler under a name of its own."""
    name = f"{folder}_handler"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, ROOT / "functions" / folder / "handler.py")
        if spec is None or spec.loader is None:
            raise ImportError(folder)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


def handled(folder: str) -> Iterator[Handled]:
    """Give every route of a function's handler."""
    app = load(folder).app
    for route in app._static_routes + app._dynamic_routes:
        for method in [route.method] if isinstance(route.method, str) else route.method:
            yield Handled(method, re.sub(r"<[^>]*>", "{}", route.path), route.func)


def shape(path: str) -> str:
    """Give a path of the template with each parameter as ``{}``."""
    return re.sub(r"\{[^}]*\}", "{}", path)


def routes(template: Template) -> Iterator[tuple[Event, Handled]]:
    """Give every route of the template with what answers it, by path and method.

    Raises
    ------
    LookupError
        The handler has no such route.
    """
    for event in sorted(template.events("Api"), key=lambda e: (e.properties["Path"], e.properties["Method"])):
        wanted = (event.properties["Method"], shape(event.properties["Path"]))
        for each in handled(template.folder(event.function)):
            if (each.method, each.shape) == wanted:
                yield event, each
                break
        else:
            raise LookupError(f"{event.function} does not answer {wanted}")
