"""The strings that the code of themes and extensions marks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from amts_sphinx import _compat
from amts_sphinx.doctree.package_messages import marked
from amts_sphinx.doctree.sphinx_strings import Package

if TYPE_CHECKING:
    from pathlib import Path

OWN = "from sphinx.locale import get_translation\nsay = get_translation('x')\n"
SPHINXS = "from sphinx.locale import __, _\n"


@pytest.mark.parametrize(
    ("code", "messages"),
    [
        (f"{OWN}def f():\n    return say('Go up')\n", {"Go up"}),
        (f"{SPHINXS}text = [_('One'), {{'a': _('Two')}}]\n", {"One", "Two"}),
        # Others, and what only who builds the book reads.
        (f"{OWN}text = tell('Go up')\n", set()),
        (f"{SPHINXS}text = __('Go up')\nlogger.warning(_('Lost'))\n", set()),
        (f"{SPHINXS}name = 'Go'\ntext = _(name)\ntext = _()\n", set()),
        ("_ = print\n_('Go up')\n", set()),
        # What cannot be read has none.
        (f"{SPHINXS}text = _('Go up'", set()),
    ],
)
def test_what_is_marked(tmp_path: Path, code: str, messages: set[str]) -> None:
    (tmp_path / "a.py").write_text(code, "utf-8")
    package = Package(str(tmp_path), "1")
    assert marked((package,), tmp_path / "kept") == messages
    # The next build finds what has changed meanwhile; an editor's lock is no file.
    (tmp_path / ".#a.py").symlink_to("nowhere")
    assert marked((package,), tmp_path / "kept") == messages
    (tmp_path / "a.py").write_text(f"{SPHINXS}text = _('Another')\n", "utf-8")
    assert marked((package,), tmp_path / "kept") == {"Another"}


def test_templates_of_other_themes_are_not_read(tmp_path: Path) -> None:
    def loader(folder: Path) -> SimpleNamespace:
        return SimpleNamespace(searchpath=[str(folder)])

    # As Sphinx has them: the folder around a theme holds others, or all packages.
    theme, added = tmp_path / "packages" / "theme", tmp_path / "added"
    templates = SimpleNamespace(
        pathchain=[theme], loaders=[loader(theme), loader(theme.parent), loader(added)]
    )
    app: Any = SimpleNamespace(builder=SimpleNamespace(templates=templates))
    assert _compat.template_folders(app) == [theme, added]
