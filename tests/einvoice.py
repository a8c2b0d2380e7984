"""Two implementations of the rules for electronic invoices that know nothing of each other.

One is `mock-einvoice`, in Python. The other runs in Saxon: the rules of EN 16931 as CEN published them, compiled in the
package `mcp-einvoicing-core`, and those of Peppol as this project reads them (`tests/data/einvoice/claim.xsl`).
Warnings count like errors. Neither looks at the schema of UBL.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import files
from pathlib import Path

from lxml import etree
from mockeinvoice import Refused, validate
from saxonche import PySaxonProcessor, PyXsltExecutable

_EN_16931 = "CEN-EN16931-UBL.xslt"
_CLAIM = Path(__file__).parent / "data/einvoice/claim.xsl"
_BROKEN = "//svrl:failed-assert | //svrl:successful-report"
_SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}


def broken_by_mock(xml: bytes) -> set[str]:
    """Give the names of the rules that `mock-einvoice` finds broken; ``refused`` when it reads no further."""
    try:
        _, report = validate(xml)
    except Refused:
        return {"refused"}
    assert report.verdict != "not judged"
    return {finding.code for finding in report.findings}


def broken_by_saxon(xml: bytes) -> set[str]:
    """Give the names of the rules that the stylesheets find broken."""
    saxon = _saxon()
    document = saxon.processor.parse_xml(xml_text=xml.decode())
    judged = saxon.en_16931.transform_to_string(xdm_node=document)
    found = etree.fromstring(judged.encode()).xpath(_BROKEN, namespaces=_SVRL)
    told = saxon.claim.transform_to_string(xdm_node=document) or ""
    return {str(element.get("id")) for element in found} | {line.split()[0] for line in told.splitlines()}


class _Saxon:
    """The processor and its compiled stylesheets, which take a second to compile."""

    def __init__(self) -> None:
        self.processor = PySaxonProcessor(license=False)
        rules = next(file for file in files("mcp-einvoicing-core") or () if file.name == _EN_16931)
        self.en_16931 = self._compile(Path(str(rules.locate())))
        self.claim = self._compile(_CLAIM)

    def _compile(self, path: Path) -> PyXsltExecutable:
        return self.processor.new_xslt30_processor().compile_stylesheet(stylesheet_file=str(path))


_saxon = cache(_Saxon)
