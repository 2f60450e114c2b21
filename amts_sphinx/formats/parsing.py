"""Read XML as a stream, one element at a time, with protection against attacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lxml import etree

from amts_sphinx.core.errors import InterchangeError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO


def events(
    stream: BinaryIO, path: str, root: str
) -> Iterator[tuple[str, etree._Element]]:
    """Yield ``start`` or ``end`` and an element, for each element of a document.

    Comments and processing instructions are left out. An element is complete at its
    end; the caller then frees it with :func:`forget`.

    :param path: the name of the file, for errors
    :param root: the local name that the root must have
    :raises InterchangeError: it is not well-formed, has another root, or declares
        entities
    """
    # huge_tree would switch off the parser's limits against attacks by size.
    found = etree.iterparse(
        stream,
        events=("start", "end"),
        remove_comments=True,
        remove_pis=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    try:
        for event, element in found:
            if event == "start" and element.getparent() is None:
                _check_root(element, path, root)
            yield event, element
    except etree.XMLSyntaxError as exc:
        # The error that is raised may be a consequence; the log begins with the cause.
        log: Any = found.error_log
        cause = next(iter(log.filter_from_fatals()), None)
        line, why = (cause.line, cause.message) if cause else (1, exc.msg)
        raise InterchangeError(f"{path}:{line}: not well-formed XML: {why}") from exc


def _check_root(element: etree._Element, path: str, root: str) -> None:
    """Refuse a document of another format, or with declared entities.

    :raises InterchangeError: it is one
    """
    dtd: Any = element.getroottree().docinfo.internalDTD
    why = ""
    if dtd is not None and dtd.entities():
        why = "it declares entities: none are allowed"
    elif etree.QName(element).localname != root:
        why = f"the root is <{element.tag}>, not <{root}>"
    if why:
        raise InterchangeError(f"{path}:{element.sourceline}: {why}")


def forget(element: etree._Element) -> None:
    """Free an element that was read, and its preceding siblings."""
    element.clear()
    parent = element.getparent()
    while parent is not None and parent[0] is not element:
        del parent[0]
