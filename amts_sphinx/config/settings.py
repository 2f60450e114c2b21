"""The configuration: the ``amts_*`` values of ``conf.py`` as one frozen value.

Each field registers, checks and documents its own value; nothing else in the package
reads ``app.config.amts_…``.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any, Final, cast
from weakref import WeakKeyDictionary

from sphinx import version_info
from sphinx.config import eval_config_file
from sphinx.errors import SphinxError
from sphinx.util.tags import Tags

from amts_sphinx.config import d2lbook, values
from amts_sphinx.core.errors import ConfigError, LanguageError
from amts_sphinx.core.languages import (
    Language,
    closest,
    find_language,
    name_language,
)
from amts_sphinx.engine.registry import PATHS, engine_names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sphinx.application import Sphinx
    from sphinx.config import Config

    from amts_sphinx.memory.importing import BookFiles

#: What ``extensions`` in ``conf.py`` must have.
EXTENSION: Final = "amts_sphinx"
#: The fields that are paths.
_PATHS: Final = frozenset(
    "memory memory_files home_file machine_file terminology report".split()
)
#: Internal: where an edition's own build finds its plan. Set by the builder alone.
PLAN: Final = "amts_edition_plan"


@dataclass(frozen=True, slots=True)
class AmtsConfig:
    """The values of ``conf.py`` about the editions, checked."""

    #: The language that the book is written in.
    source_language: Language = values.value(
        None,
        values.maybe_language,
        "The language that the book is written in; by default Sphinx's ``language``.",
        allowed="a BCP 47 tag or ``None``",
    )
    #: The languages of the editions that ``sphinx-build -b amts`` writes.
    target_languages: tuple[Language, ...] = values.value(
        [],
        values.languages,
        "The languages of the editions that ``sphinx-build -b amts`` writes.",
        allowed="a list of BCP 47 tags",
    )
    #: The name of the engine that translates what the memory does not know.
    engine: str = values.value(
        "corpus",
        values.engine_name,
        "The engine that translates what the memory does not know. Its own options"
        " stand in ``amts_<engine>``.",
        allowed="the name of an installed engine",
        by_language=True,
    )
    #: The name of the Sphinx builder that writes an edition.
    format: str = values.value(
        "html",
        values.builder_name,
        "The Sphinx builder that writes an edition.",
        allowed="the name of any builder",
    )
    by_sentence: bool = values.value(
        "sentence",
        values.one_of("sentence", "paragraph"),
        "How much text is translated, remembered and paid for at a time.",
        allowed="``sentence`` or ``paragraph``",
        rebuild="env",
        by_language=True,
    )
    #: Names of nodes or of classes that stay in the source language.
    skip: frozenset[str] = values.value(
        [],
        values.texts,
        "Names of docutils nodes, or of classes, whose text stays in the source"
        " language. The class ``notranslate`` always does.",
        allowed="a list of names",
        rebuild="env",
    )
    figure_captions: bool = values.value(
        False,
        values.flag,
        "Whether captions, legends and alternative texts of figures are translated;"
        " otherwise figures stay as they are, but for what people translated.",
        allowed="``True`` or ``False``",
        rebuild="env",
    )
    #: The book's translation memory.
    memory: Path = values.value(
        ".amts/memory.sqlite",
        values.text,
        "The file of the translation memory, relative to ``conf.py``. It is an asset:"
        " keep it, or keep what ``amts memory export`` writes.",
        allowed="a path",
    )
    #: Files of units to learn before a build, as ``conf.py`` names them.
    memory_files: tuple[str, ...] = values.value(
        [],
        values.texts,
        "Files in TMX, XLIFF, PO, CSV or TSV, relative to ``conf.py``, that the memory"
        " learns, and learns again when they change. Where two people's texts differ,"
        " that of the file which stands first is published. A name may be a glob and"
        " hold ``{language}``.",
        allowed="a list of paths",
    )
    #: What people wrote for the book, a file for each language; empty: there are none.
    home_file: str = values.value(
        "memory/{language}.home.tmx",
        values.home_file,
        "The file of what people wrote for one language, relative to ``conf.py``;"
        " ``amts memory import`` writes it. Keep it under version control. Empty: there"
        " is none, and such texts stand in the memory alone.",
        allowed="a path with ``{language}``, or an empty string",
    )
    gettext: bool = values.value(
        True,
        values.flag,
        "Whether what people translated in the catalogues of ``locale_dirs`` is"
        " published. See :doc:`gettext`.",
        allowed="``True`` or ``False``",
    )
    #: What engines were paid for, a file for each language; empty: there are none.
    machine_file: str = values.value(
        "",
        values.home_file,
        "The file of what engines that cost money translated for one language, relative"
        " to ``conf.py``, as ``memory/{language}.machine.tmx``. Builds write it. Under"
        " version control it lets every clone build without paying again. Empty: there"
        " is none.",
        allowed="a path with ``{language}``, or an empty string",
    )
    #: Files of terms, which every engine that knows terms must use.
    terminology: tuple[Path, ...] = values.value(
        [],
        values.texts,
        "Files of terms in CSV, TSV or TMX, relative to ``conf.py``: what must be"
        " translated in one way, wherever it stands.",
        allowed="a list of paths",
        by_language=True,
    )
    cost_limit: values.Limit | None = values.value(
        None,
        values.cost_limit,
        "The most that the editions of one build may cost; a build that would cost more"
        " fails before anything is sent. See ``amts estimate``.",
        allowed='``None``, dollars as ``"$20"``, characters as ``500000``, or tokens as'
        ' ``"500000 tokens"``, for an engine that counts those',
    )
    #: The folder of the quality reports; ``None`` when there are to be none.
    report: Path | None = values.value(
        ".amts/report",
        values.maybe_path,
        "The folder of the quality reports, relative to ``conf.py``: a folder for each"
        " edition, with ``report.html``, ``report.json``, ``junit.xml`` and what the"
        " trend over past builds is drawn from. Empty: no reports.",
        allowed="a path, or an empty string",
    )
    #: What an edition must reach for its build to succeed.
    fail_under: values.FailUnder = values.value(
        {},
        values.fail_under,
        "What an edition must reach for its build to succeed, with any of these keys."
        " ``coverage`` and ``reviewed``: the least part of the book's words that is"
        " translated, and that is so by people, 0–1. ``bleu`` and ``chrf2``: the least"
        " score of the machine's texts against what people made of them, 0–100."
        " ``findings``: a dictionary with the most findings of severity ``error``,"
        " ``warning`` and ``info``.",
        allowed='a dictionary, as ``{"coverage": 0.95, "findings": {"error": 0}}``',
        by_language=True,
    )
    #: Identifiers of checks whose findings are not wanted.
    ignore: frozenset[str] = values.value(
        [],
        values.check_ids,
        "Identifiers of checks whose findings are not wanted anywhere in the book. At"
        " one place, a comment ``amts-ignore: <check>, <check>`` before it does that.",
        allowed="a list of identifiers, see :doc:`checks`",
    )
    forbidden_terms: Mapping[str, tuple[str, ...]] = values.value(
        {},
        values.words_of_languages,
        "Words that must not stand in an edition, by its language: the check"
        " ``forbidden`` reports them.",
        allowed='a dictionary, as ``{"zh": ["词汇表"]}``',
    )
    draft_notice: bool = values.value(
        True,
        values.flag,
        "Whether pages tell their readers of translations that are an engine's drafts,"
        " that they are not translated at all, and that some are of a former text.",
        allowed="``True`` or ``False``",
        by_language=True,
    )
    machine_notice: bool = values.value(
        False,
        values.flag,
        "Whether pages tell their readers of translations by a machine that are no"
        " drafts, until a person has reviewed them.",
        allowed="``True`` or ``False``",
        by_language=True,
    )
    review_mode: bool = values.value(
        False,
        values.flag,
        "Whether the pages show reviewers the source, the origin, the state and the"
        " findings of each text. It is not for readers.",
        allowed="``True`` or ``False``",
        by_language=True,
    )
    review_url: str = values.value(
        "",
        values.review_url,
        "Where a text can be worked on, for the pages of ``amts_review_mode``:"
        " ``{unit}`` stands for the id of the text, ``{language}`` for the edition's"
        " tag.",
        allowed="an address that holds ``{unit}``, or an empty string",
    )
    #: Strings of the book's own templates and scripts, and of extensions.
    strings: tuple[str, ...] = values.value(
        [],
        values.texts,
        "Strings that the book's own templates show with ``{{ _('…') }}``, and that are"
        " translated with the book. What ``{% trans %}`` and ``_()`` mark in"
        " ``templates_path`` is found without this. Labels that an extension writes on"
        " a page at the end are named here, too.",
        allowed="a list of strings",
    )
    theme_words: bool = values.value(
        True,
        values.flag,
        "Whether the words that a theme shows around the text are translated by the"
        " engine where no catalogue has them. ``False``: they stay as they are.",
        allowed="``True`` or ``False``",
        by_language=True,
    )
    edition_url: str = values.value(
        "{language}/",
        values.edition_url,
        "Where an edition is published: relative to ``html_baseurl``, or absolute. Its"
        " pages name that as their own address. Empty: ``html_baseurl`` is left as it"
        " is.",
        allowed="an address with ``{language}``, or an empty string",
    )
    source_url: str = values.value(
        "",
        values.maybe_path,
        "Where the book itself is published: absolute, or relative to the folder that"
        " ``-b amts`` writes to. Empty: the pages do not lead to it.",
        allowed="an address, or an empty string",
    )
    #: Whether each page leads to itself in the other editions.
    language_switcher: bool = values.value(
        True,
        values.flag,
        "Whether each page leads to itself in the other editions.",
        allowed="``True`` or ``False``",
    )
    source_links: bool = values.value(
        True,
        values.flag,
        "Whether titles and other places with a permanent link lead to the same place"
        " in the book itself, where ``amts_source_url`` says where that is.",
        allowed="``True`` or ``False``",
    )
    alternates: bool = values.value(
        True,
        values.flag,
        "Whether each page, and the sitemap, names the other editions of it to search"
        " engines (``hreflang``); this needs ``html_baseurl``.",
        allowed="``True`` or ``False``",
    )
    sitemap: bool = values.value(
        True,
        values.flag,
        "Whether ``-b amts`` writes one ``sitemap.xml`` for all editions; this needs"
        " ``html_baseurl``.",
        allowed="``True`` or ``False``",
    )
    root_page: bool = values.value(
        True,
        values.flag,
        "Whether ``-b amts`` writes an ``index.html`` that leads to the edition in the"
        " reader's language. One that is not ours is never replaced.",
        allowed="``True`` or ``False``",
    )
    stale: str = values.value(
        "machine",
        values.one_of("machine", "human"),
        "What readers see of a sentence that a person translated before its source"
        " changed: what a ``machine`` makes of the new text, or, with a notice, what"
        " the ``human`` made of the former one.",
        allowed="``machine`` or ``human``",
        by_language=True,
    )
    fullwidth_punctuation: bool = values.value(
        True,
        values.flag,
        "Whether machine translations into Chinese and Japanese get full-width"
        " punctuation.",
        allowed="``True`` or ``False``",
        by_language=True,
    )
    script_spacing: bool = values.value(
        False,
        values.flag,
        "Whether machine translations into Chinese and Japanese keep blanks between"
        " their own and the Latin script.",
        allowed="``True`` or ``False``",
        by_language=True,
    )
    #: What paths are relative to: the folder of ``conf.py``, or :func:`.d2lbook.home`.
    folder: Path = Path()
    #: The options of all engines, by name: the values ``amts_<engine>``.
    options: Mapping[str, Mapping[str, object]] = dataclasses.field(
        default_factory=dict
    )
    #: What differs from the above in the edition of a language, by its tag.
    special: Mapping[str, Mapping[str, object]] = dataclasses.field(
        default_factory=dict
    )

    @classmethod
    def from_sphinx(cls, config: Config, confdir: str | Path) -> AmtsConfig:
        """Read the values of *config*.

        :raises ConfigError: a value is not allowed; the text names it
        """
        folder = d2lbook.home(Path(confdir))
        found: dict[str, Any] = {"folder": folder}
        special: dict[str, dict[str, Any]] = {}
        for field in _fields():
            name, said = name_of(field), _said(config, field)
            if folder != Path(confdir) and field.name in _PATHS:
                d2lbook.check_path(name, said)
            table = None
            if field.metadata["by_language"]:
                table = values.table_of(name, said)
            if table is not None:
                said = table.pop(values.OTHERS, field.metadata["default"])
            found[field.name] = _parsed(field, name, said, folder)
            for tag, each in (table or {}).items():
                value = _parsed(field, f"{name}[{tag!r}]", each, folder)
                special.setdefault(tag, {})[field.name] = value
        # As long as no edition is built, the source language may be any language.
        found["source_language"] = found["source_language"] or name_language(
            config.language or "en"
        )
        found["options"] = {
            name: _engine_options(name, config, folder) for name in engine_names()
        }
        for each in (found, *special.values()):
            limits = each.get("fail_under")
            if found["report"] is None and limits and limits.by_name():
                raise ConfigError(
                    "amts_fail_under needs the quality report: do not empty amts_report"
                )
        return cls(**found, special=special)

    @property
    def engine_options(self) -> Mapping[str, object]:
        """The options of the chosen engine."""
        return self.options.get(self.engine, {})

    def for_language(self, tag: str) -> AmtsConfig:
        """Return the values that hold for the edition in one language."""
        return dataclasses.replace(self, **self.special.get(tag, {}))  # type: ignore[arg-type]

    def strays(self, also: Iterable[str] = ()) -> list[str]:
        """Say of each key of a value that a language of the book is meant, if one is.

        A language far from all of them is no slip: a book may have that edition only
        where its engine is at hand. One that names no languages may have any.

        :param also: the tags of other editions than those of the book
        """
        return [
            f"{', '.join(map(name_of, _fields_of(values)))}: {stray}"
            for tag, values in self.special.items()
            if tag not in also and self._meant(tag) and (stray := self.stray(tag))
        ]

    def stray(self, tag: str) -> str:
        """Say that a language is none of the book's, if it has some; else nothing.

        :param tag: that of a :class:`.Language`
        """
        known = [each.tag for each in self.target_languages]
        if not known or tag in known:
            return ""
        told = f"{tag!r} is none of amts_target_languages ({', '.join(known)})"
        meant = self._meant(tag)
        return f"{told}; did you mean {meant!r}?" if meant else told

    def _meant(self, tag: str) -> str:
        """Return the language of the book that comes near *tag*, or nothing."""
        known = [each.tag for each in self.target_languages]
        near = difflib.get_close_matches(tag, known, n=1)
        return closest(tag, known) or next(iter(near), "")

    @property
    def reads_sentences(self) -> bool:
        """Whether the book is split into sentences, for some edition at least."""
        others = (each.get("by_sentence") for each in self.special.values())
        return self.by_sentence or any(others)

    @classmethod
    def from_folder(cls, folder: Path) -> AmtsConfig:
        """Read the values of the ``conf.py`` in *folder*; its extensions do not run.

        :raises ConfigError: there is none, it raises, or a value is not allowed
        """
        found = _Namespace(namespace(folder))
        return cls.from_sphinx(cast("Config", found), folder)

    @classmethod
    def without_book(cls, folder: Path) -> AmtsConfig:
        """Return the default values for a folder that has no ``conf.py``."""
        return cls.from_sphinx(cast("Config", _Namespace({})), folder)

    @property
    def files(self) -> BookFiles:
        """Where the book keeps what people translated."""
        from amts_sphinx.memory.importing import BookFiles  # with all file formats

        return BookFiles(
            self.folder,
            self.source_language.tag,
            self.home_file,
            self.memory_files,
            self.machine_file,
        )

    def editions(self, tag: str = "") -> tuple[Language, ...]:
        """Return the languages to build: that of *tag*, or all that are configured.

        :raises ConfigError: there is none, or it is the language of the book
        """
        # If the language is unknown, this raises the error with the right message.
        values.language("language", self.source_language.tag)
        languages = (find_language(tag),) if tag else self.target_languages
        if not languages:
            raise ConfigError(
                "amts_target_languages is empty; name the languages of the editions,"
                ' for example amts_target_languages = ["zh", "es"]'
            )
        if self.source_language in languages:
            raise LanguageError(
                f"the book is written in {self.source_language.tag}"
                f" ({self.source_language.name}) and cannot be translated into it;"
                " see amts_source_language, amts_target_languages and language"
            )
        return languages


def namespace(folder: Path) -> dict[str, Any]:
    """Return what the ``conf.py`` in *folder* says; its extensions do not run.

    :raises ConfigError: there is none, or it raises
    """
    path = folder / "conf.py"
    if not path.is_file():
        raise ConfigError(f"{folder} is no book of Sphinx: it has no conf.py")
    # Sphinx before 9 takes no path but a string, later ones no string.
    name: Any = path.resolve()
    name = name if version_info >= (9,) else str(name)
    try:
        return eval_config_file(name, Tags())
    except SphinxError as exc:
        raise ConfigError(f"{path}: {exc}") from exc


def is_listed(namespace: Mapping[str, Any]) -> bool:
    """Tell whether a ``conf.py`` lists this extension."""
    extensions = namespace.get("extensions")
    return isinstance(extensions, (list, tuple)) and EXTENSION in extensions


class _Namespace:
    """What a ``conf.py`` says, with the interface of Sphinx's ``Config``."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        self._namespace = namespace
        self._defaults = {name_of(f): f.metadata["default"] for f in _fields()}
        self.overrides: Mapping[str, Any] = {}

    @property
    def language(self) -> object:
        """The language of the book, for Sphinx."""
        return self._namespace.get("language")

    def __getitem__(self, name: str) -> Any:
        return self._namespace.get(name, self._defaults.get(name, {}))


def _fields() -> list[dataclasses.Field[Any]]:
    return [field for field in dataclasses.fields(AmtsConfig) if field.metadata]


def _fields_of(names: Iterable[str]) -> list[dataclasses.Field[Any]]:
    return [field for field in _fields() if field.name in {*names}]


def _said(config: Config, field: dataclasses.Field[Any]) -> Any:
    """Return the value that the author gave, on the command line or in ``conf.py``.

    Sphinx converts values of the command line, and some versions do it wrong.
    """
    name = name_of(field)
    return config.overrides.get(name, config[name])


def name_of(field: dataclasses.Field[Any]) -> str:
    """Return the name of a field's value in ``conf.py``."""
    name = "segmentation" if field.name == "by_sentence" else field.name
    return f"amts_{name}"


def _parsed(
    field: dataclasses.Field[Any], name: str, said: object, folder: Path
) -> Any:
    """Return the value of a field, as :class:`AmtsConfig` has it."""
    value = field.metadata["parse"](name, said)
    if field.name == "by_sentence":
        return value == "sentence"
    if field.name == "skip":
        return frozenset(value)
    if field.name == "memory":
        return folder / value
    if field.name == "report":
        return folder / value if value else None
    if field.name == "terminology":
        return tuple(folder / path for path in value)
    return value


def _engine_options(engine: str, config: Config, folder: Path) -> Mapping[str, object]:
    """Return the options of an engine; its paths are relative to ``conf.py``."""
    options = config[f"amts_{engine}"]
    if not isinstance(options, Mapping):
        raise ConfigError(
            f"amts_{engine} must be a dictionary of options, not {options!r}"
        )
    placed = dict(options)
    for name in PATHS.get(engine, ()):
        if isinstance(placed.get(name), (str, Path)) and str(placed[name]):
            placed[name] = str(folder / Path(str(placed[name])).expanduser())
    return placed


def register(app: Sphinx) -> None:
    """Add the ``amts_*`` values, and one value for each engine's options."""
    for field in _fields():
        app.add_config_value(
            name_of(field),
            field.metadata["default"],
            field.metadata["rebuild"],
            types=_types(field),
        )
    for name in engine_names():
        app.add_config_value(f"amts_{name}", {}, "", types=[dict])
    app.add_config_value(PLAN, "", "", types=[str])
    app.connect("config-inited", check, priority=900)


def _types(field: dataclasses.Field[Any]) -> list[type]:
    """Return types that keep Sphinx from warning; we check values ourselves."""
    default = field.metadata["default"]
    tables = [dict] if field.metadata["by_language"] else []
    paths = [str, Path] if isinstance(default, str) else []
    return [
        type(default),
        list,
        tuple,
        set,
        frozenset,
        str,
        bool,
        int,
        float,
        *paths,
        *tables,
    ]


#: The checked values of each Sphinx configuration that is in use.
_CHECKED: Final[WeakKeyDictionary[Config, AmtsConfig]] = WeakKeyDictionary()


def check(app: Sphinx, config: Config) -> None:
    """Check all values as soon as Sphinx has read them."""
    _CHECKED[config] = AmtsConfig.from_sphinx(config, app.confdir)


def unknown(given: Mapping[str, object]) -> list[str]:
    """Say of each name that begins as ours do and is none what is near it.

    :param given: what ``conf.py`` holds; its functions, and the modules that it
        imports, are no values
    """
    known = [*map(name_of, _fields()), *(f"amts_{name}" for name in engine_names())]
    found = []
    for name, value in sorted(given.items()):
        if isinstance(value, (ModuleType, FunctionType, type)):
            continue
        if name.startswith("amts_") and name not in (*known, PLAN):
            near = difflib.get_close_matches(name, known, n=1, cutoff=0.7)
            hint = f"; did you mean {near[0]}?" if near else ""
            found.append(f"there is no configuration value {name}{hint}")
    return found


def checked(config: Config) -> AmtsConfig:
    """Return the checked values of *config*; :func:`check` must have run."""
    return _CHECKED[config]


def table() -> str:
    """Return the configuration values as a reStructuredText list, for the docs."""
    rows = []
    for field in _fields():
        about = field.metadata
        varies = ' May differ by language: ``{"zh": …, "*": …}``.'
        rows.append(
            f".. confval:: {name_of(field)}\n\n"
            f"   {about['text']}\n\n"
            f"   Allowed: {about['allowed']}. Default: ``{about['default']!r}``."
            f"{varies if about['by_language'] else ''}"
        )
    return "\n\n".join(rows) + "\n"
