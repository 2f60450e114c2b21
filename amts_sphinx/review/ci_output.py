"""What a check found, in the forms that services for continuous integration show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lxml import etree

from amts_sphinx.formats.validity import clean
from amts_sphinx.report import ci_annotations
from amts_sphinx.report.ci_annotations import Annotation
from amts_sphinx.review.check import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from amts_sphinx.review.check import Problem


def text(problems: Sequence[Problem]) -> str:
    """Return a line for each problem, as compilers write them."""
    return "".join(f"{_one_line(str(each))}\n" for each in problems)


def github(problems: Sequence[Problem]) -> str:
    """Return GitHub's workflow commands: it shows them at the lines they name."""
    return ci_annotations.github(map(_annotation, problems))


def sarif(problems: Sequence[Problem]) -> str:
    """Return SARIF 2.1.0."""
    return ci_annotations.sarif("amts review check", RULES, map(_annotation, problems))


def _annotation(problem: Problem) -> Annotation:
    _, line, rule, severity, message = problem
    return Annotation(problem.name, line, rule, severity, message)


def _one_line(message: str) -> str:
    return " ".join(message.split())


def junit(problems: Sequence[Problem]) -> str:
    """Return JUnit XML: a test case for each rule, which fails where it is broken."""
    broken = {each.rule for each in problems}
    suite = etree.Element(
        "testsuite",
        name="amts review check",
        tests=str(len(RULES)),
        failures=str(len(broken)),
        errors="0",
    )
    for name, rule in RULES.items():
        case = etree.SubElement(suite, "testcase", classname="amts review", name=name)
        if mine := [each for each in problems if each.rule == name]:
            failure = etree.SubElement(case, "failure", message=rule)
            failure.text = clean("\n".join(_one_line(str(each)) for each in mine))
    return etree.tostring(suite, encoding="unicode", pretty_print=True)


#: The forms by name.
FORMS: Final[dict[str, Callable[[Sequence[Problem]], str]]] = {
    "text": text,
    "github": github,
    "sarif": sarif,
    "junit": junit,
}
