"""HTML pages for people: each is one file that needs no other file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from amts_sphinx.core.atomic import keep

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, template: str, **values: object) -> None:
    """Write the page *path*, unless it is there as it would be.

    :param template: the name of a file in the package's ``templates``
    :param values: the values of its variables; texts are escaped
    :raises InterchangeError: it cannot be written
    """
    environment = Environment(
        loader=PackageLoader("amts_sphinx"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    text = environment.get_template(template).render(values)
    keep(path, text.encode())
