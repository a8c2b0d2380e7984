"""The stylesheet and the accessibility statement are for all, and may be kept."""

from types import SimpleNamespace

from functions.show_pages import handler as function
from tests.unit.functions.material import headers, sample


def test_the_stylesheet_and_the_statement_are_for_all() -> None:
    style = function.handler(sample("show_pages", "style"), SimpleNamespace())
    assert headers(style, "Content-Type") == ["text/css; charset=utf-8"]
    assert headers(style, "Cache-Control") == ["public, max-age=3600"]
    statement = function.handler(sample("show_pages", "accessibility"), SimpleNamespace())
    assert "2018:1937" in statement["body"]
    assert 'href="./stil.css"' in statement["body"]
