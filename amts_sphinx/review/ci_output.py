"""What a check found, in the forms that services for continuous integration show."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from lxml import etree

from amts_sphinx import __version__
from amts_sphinx.core.units import Severity
from amts_sphinx.formats.validity import clean
from amts_sphinx.review.check import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from amts_sphinx.review.check import Problem

_SARIF: Final = "https://json.schemastore.org/sarif-2.1.0.json"
#: What GitHub calls a severity, and what SARIF does.
_GITHUB: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "notice",
}
_LEVELS: Final = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.INFO: "note",
}


def text(problems: Sequence[Problem]) -> str:
    """Return a line for each problem, as compilers write them."""
    return "".join(f"{_one_line(str(each))}\n" for each in problems)


def github(problems: Sequence[Problem]) -> str:
    """Return GitHub's workflow commands: it shows them at the lines they name."""
    return "".join(
        f"::{_GITHUB[each.severity]} file={_property(each.name)},line={each.line},"
        f"title={_property(f'amts {each.rule}')}::{_data(each.message)}\n"
        for each in problems
    )


def _data(message: str) -> str:
    return message.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _data(value).replace(":", "%3A").replace(",", "%2C")


def _one_line(message: str) -> str:
    return " ".join(message.split())


def sarif(problems: Sequence[Problem]) -> str:
    """Return SARIF 2.1.0."""
    driver = {
        "name": "amts review check",
        "version": __version__,
        "rules": [
            {"id": name, "shortDescription": {"text": rule}}
            for name, rule in RULES.items()
        ],
    }
    run = {"tool": {"driver": driver}, "results": [_result(each) for each in problems]}
    whole = {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}
    return f"{json.dumps(whole, ensure_ascii=False, indent=1)}\n"


def _result(problem: Problem) -> dict[str, Any]:
    place = {
        "artifactLocation": {"uri": problem.name},
        "region": {"startLine": problem.line},
    }
    return {
        "ruleId": problem.rule,
        "level": _LEVELS[problem.severity],
        "message": {"text": problem.message},
        "locations": [{"physicalLocation": place}],
    }


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
