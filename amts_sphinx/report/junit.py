"""The report as JUnit XML, which systems for continuous integration can show.

Each document is a test case, which fails if it has a finding of severity ``error``.
Each limit of ``amts_fail_under`` is a test case too.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from lxml import etree

from amts_sphinx.core.atomic import replacing
from amts_sphinx.core.units import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from amts_sphinx.core.units import Finding
    from amts_sphinx.report.model import Report
    from amts_sphinx.report.quality_gate import Failure

NAME: Final = "junit.xml"


def write(
    path: Path, report: Report, limits: Sequence[str], failed: Sequence[Failure]
) -> None:
    """Write the file.

    :param limits: the keys of ``amts_fail_under`` that are set
    :param failed: the limits that the edition misses
    :raises InterchangeError: it cannot be written
    """
    errors: dict[str, list[Finding]] = defaultdict(list)
    for row in report.rows:
        for finding in row.findings:
            if finding.severity is Severity.ERROR:
                errors[finding.location.docname].append(finding)
    broken = {failure.limit: failure for failure in failed}
    suite = etree.Element(
        "testsuite",
        name=report.name,
        tests=str(len(report.documents) + len(limits)),
        failures=str(len(errors) + len(broken)),
        errors="0",
    )
    for document in report.documents:
        case = etree.SubElement(
            suite, "testcase", classname=report.name, name=document.name
        )
        if found := errors.get(document.name):
            lines = [f"{f.location}: {f.check}: {f.message}" for f in found]
            _fail(case, f"{len(found)} errors", "\n".join(lines))
    for limit in limits:
        case = etree.SubElement(
            suite, "testcase", classname=f"{report.name}.amts_fail_under", name=limit
        )
        if failure := broken.get(limit):
            _fail(case, failure.message, "\n".join(failure.documents))
    with replacing(path) as stream:
        stream.write(
            etree.tostring(
                suite, xml_declaration=True, encoding="utf-8", pretty_print=True
            )
        )


def _fail(case: etree._Element, message: str, text: str) -> None:
    failure = etree.SubElement(case, "failure", message=_legal(message))
    failure.text = _legal(text)


def _legal(text: str) -> str:
    """Return *text* without characters that XML does not allow."""
    return "".join(c if c.isprintable() or c == "\n" else "�" for c in text)
