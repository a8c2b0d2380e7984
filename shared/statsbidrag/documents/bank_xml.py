"""Reading XML that comes from outside: hardened, and refused whole rather than half understood."""

from __future__ import annotations

from lxml import etree

from statsbidrag.domain.errors import Refusal

LARGEST_FILE = 20_000_000
"""Bytes; a file for all municipalities is well under one million."""


class Node:
    """An element, addressed by local names in its document's one namespace."""

    __slots__ = ("_element", "_namespace")

    def __init__(self, element: etree._Element, namespace: str) -> None:
        self._element = element
        self._namespace = namespace

    def all(self, path: str) -> list[Node]:
        """Give every element at a path such as ``NtryDtls/TxDtls``; none is an empty list."""
        steps = "/".join(f"{{{self._namespace}}}{step}" for step in path.split("/"))
        return [Node(found, self._namespace) for found in self._element.findall(steps)]

    def maybe(self, path: str) -> Node | None:
        """Give the element at a path, or ``None``; two are `Refusal` ``bank_file_malformed``."""
        found = self.all(path)
        if len(found) > 1:
            raise malformed(f"{path} står flera gånger")
        return found[0] if found else None

    def one(self, path: str) -> Node:
        """Give the element at a path; `Refusal` ``bank_file_malformed`` unless there is exactly one."""
        found = self.maybe(path)
        if found is None:
            raise malformed(f"{path} saknas")
        return found

    def text(self, path: str, default: str | None = None) -> str:
        """Give the text at a path; without a default a missing or empty one is ``bank_file_malformed``."""
        found = self.maybe(path)
        text = found.value if found else ""
        if not text and default is None:
            raise malformed(f"{path} saknas")
        return text or default or ""

    @property
    def value(self) -> str:
        """The element's own text, without white space around it."""
        if len(self._element):
            raise malformed(f"{etree.QName(self._element).localname} är inte en text")
        return (self._element.text or "").strip()

    def attribute(self, name: str) -> str:
        """Give an attribute, empty if it is not there."""
        return str(self._element.get(name, ""))


def malformed(what: str) -> Refusal:
    """Make the refusal of a file whose content is not what its kind says."""
    return Refusal("bank_file_malformed", f"Bankfilen går inte att läsa: {what}.")


def parse(data: bytes) -> tuple[str, Node]:
    """Parse a whole document with nothing fetched, expanded or repaired.

    Returns
    -------
    tuple
        The namespace of the root element, and the root.

    Raises
    ------
    Refusal
        ``bank_file_too_large``, ``bank_file_malformed`` (truncated, not XML, nested deeper than 256), or
        ``bank_file_has_doctype``: bank files have none, and it is the door to every known attack.
    """
    if len(data) > LARGEST_FILE:
        raise Refusal("bank_file_too_large", "Bankfilen är för stor.")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        recover=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise malformed(f"XML-fel på rad {error.lineno}") from None
    # After parsing, so that it holds for every encoding.
    if root.getroottree().docinfo.internalDTD is not None:
        raise Refusal("bank_file_has_doctype", "Bankfilen har en dokumenttyp (DTD). Sådana filer läses inte.")
    name = etree.QName(root)
    return name.namespace or "", Node(root, name.namespace or "")
