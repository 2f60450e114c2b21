"""Everything private of Sphinx that this package touches, in one place.

Each function says what it holds for, and what would make it needless. Nobody else in
the package reads or replaces a private name of Sphinx. It holds for Sphinx 5.3 to 9.
"""

from __future__ import annotations

import logging
import sys
import zlib
from contextlib import contextmanager
from functools import cache, partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import docutils
import sphinx
from docutils.nodes import Element
from docutils.parsers.rst import directives, roles
from jinja2 import Environment
from sphinx import highlighting, locale
from sphinx.application import Sphinx
from sphinx.environment import CONFIG_OK, BuildEnvironment
from sphinx.environment.adapters.indexentries import IndexEntries
from sphinx.util import i18n
from sphinx.util.docutils import (
    additional_nodes,
    docutils_namespace,
    unregister_node,
)
from sphinx.util.logging import NAMESPACE

from amts_sphinx._version import __version__

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
    from gettext import NullTranslations
    from types import FrameType

    from docutils import nodes
    from sphinx.builders import Builder
    from sphinx.config import Config
    from sphinx.domains import Index
    from sphinx.errors import SphinxError

#: Sphinx 9.0 and 9.1 end the script of the search with a class that it does not define,
#: so that a search never ends (sphinx-doc/sphinx#14229).
_UNDEFINED: Final = "window.Stemmer = ChineseStemmer;"
_DEFINED: Final = "window.Stemmer = EnglishStemmer;"


def stamp(form: int) -> str:
    """Return what every kept state of a build begins with.

    A state with another stamp was written by another version, and counts as not there.

    :param form: the number of the state's own format
    """
    versions = sphinx.__display_version__, docutils.__version__
    return (
        f"{form} amts_sphinx {__version__} Sphinx {versions[0]} docutils {versions[1]}"
    )


def env_version(form: int) -> int:
    """Return the stamp as the number by which Sphinx knows an outdated environment."""
    return zlib.crc32(stamp(form).encode())


def is_given(config: Config, name: str) -> bool:
    """Tell whether ``conf.py`` or the command line gives a value.

    Sphinx has no public way to tell a value that was given from a default.
    """
    return name in config._raw_config or name in config.overrides  # noqa: SLF001


def given(config: Config) -> dict[str, Any]:
    """Return all that ``conf.py`` or the command line gives, by names.

    Before Sphinx 7, an option that the command line sets alone has its name there.
    """
    values = {**config._raw_config, **config.overrides}  # noqa: SLF001
    return {name.partition(".")[0]: value for name, value in values.items()}


class CommandLine(NamedTuple):
    """What an application was made with, beside the book."""

    #: The values of ``-D`` and ``-A``, with the names that they had there.
    overrides: Mapping[str, Any]
    #: Whether there is a ``conf.py``; ``-C`` does without one.
    has_conf: bool


def command_line(app: Sphinx) -> CommandLine:
    """Return what *app* was made with; for use while extensions are set up.

    ``config.overrides`` has ``-D html_theme_options.x=1`` no longer, nor does any other
    attribute tell it from what ``conf.py`` says. So this looks at the call itself.
    """
    frame = sys._getframe()  # noqa: SLF001 - the call is below us on the stack
    caller: FrameType | None = frame
    while caller is not None:
        values = caller.f_locals
        if caller.f_code is Sphinx.__init__.__code__ and values["self"] is app:
            overrides = values["confoverrides"] or {}
            return CommandLine(dict(overrides), values["confdir"] is not None)
        caller = caller.f_back
    return CommandLine(dict(app.config.overrides), has_conf=True)


def only_own_handlers(app: Sphinx, event: str, package: str) -> None:
    """Have *event* reach the handlers in *package* alone.

    Those of other extensions, and of ``conf.py``, may be connected at any time; so the
    choice is made when the event happens. There is no public way to refuse an event.
    """
    emit = app.events.emit

    def of_package(name: str, *args: Any, **options: Any) -> list[Any]:
        if name != event:
            return emit(name, *args, **options)
        kept = app.events.listeners.get(event, [])
        app.events.listeners[event] = [
            each for each in kept if _is_of(each.handler, package)
        ]
        try:
            return emit(name, *args, **options)
        finally:
            app.events.listeners[event] = kept

    app.events.emit = of_package  # type: ignore[method-assign]


def _is_of(handler: Any, package: str) -> bool:
    name = str(getattr(handler, "__module__", None) or "")
    return name == package or name.startswith(f"{package}.")


def end_quietly() -> None:
    """Keep Sphinx from saying that its build succeeded, and where its files are.

    It says so after ``build-finished``, and nothing else by this logger. This is for
    the process of one edition: the build that started it says so once for all.
    """
    logging.getLogger(f"{NAMESPACE}.sphinx.application").setLevel(logging.WARNING)


def show_plainly(error: type[SphinxError]) -> None:
    """Have ``sphinx-build`` show errors of a class as messages to its user.

    Sphinx 8.2 and later show every error as a crash, with versions, a traceback and a
    call to report it. Older ones show such an error as it should be.
    """
    try:
        from sphinx._cli.util import errors
    except ImportError:
        return
    show = errors.handle_exception
    if getattr(show, "__module__", "") == __name__:
        return

    @wraps(show)
    def handle(exception: BaseException, /, **options: Any) -> None:
        detailed = options.get("use_pdb") or options.get("print_traceback")
        if detailed or not isinstance(exception, error):
            show(exception, **options)
        else:
            stream = options.get("stderr", sys.stderr)
            print(f"\n{exception.category}: {exception}", file=stream)

    handle.__module__ = __name__
    errors.handle_exception = handle


def tags_of(app: Sphinx) -> frozenset[str]:
    """Return the tags of a build; Sphinx 7 renamed the attribute, made it iterable."""
    tags = app.tags
    return frozenset(getattr(tags, "_tags" if hasattr(tags, "_tags") else "tags"))


def application_of(builder: Builder) -> Sphinx:
    """Return the application of a builder: ``app`` until Sphinx 8, then ``_app``."""
    app: Sphinx = getattr(builder, "_app", None) or builder.app
    return app


def builders_of(app: Sphinx) -> MutableMapping[str, type[Builder]]:
    """Return Sphinx's dictionary of builders by name."""
    return app.registry.builders


def replace_builders(app: Sphinx, builders: dict[str, type[Builder]]) -> None:
    """Put another dictionary of builders in the place of Sphinx's.

    Sphinx looks a builder up by its name before it reads the configuration, so that a
    family of builders cannot be registered in time. A hook there would replace this.
    """
    app.registry.builders = builders


def accept_config(env: BuildEnvironment) -> None:
    """Have Sphinx take the environment's configuration as unchanged.

    The language of an edition differs from the book's, and Sphinx would read every
    document again. An event before that comparison would replace this.
    """
    env.config_status = CONFIG_OK


def compare_no_configuration() -> None:
    """Have Sphinx 8.2 and later say nothing of what differs from the book's.

    It lists what has changed in ``conf.py``, though nobody changed anything there. This
    changes Sphinx itself, so it belongs in the process of one edition only.
    """
    compare = getattr(BuildEnvironment, "_config_status", None)
    if compare is not None:

        def with_itself(
            *, old_config: Config | None, new_config: Config, **rest: Any
        ) -> Any:
            old = None if old_config is None else new_config
            return compare(old_config=old, new_config=new_config, **rest)

        setattr(BuildEnvironment, compare.__name__, staticmethod(with_itself))


def hand_over_doctree(
    env: BuildEnvironment, docname: str, doctree: nodes.document
) -> None:
    """Let Sphinx write a doctree without loading it again, from Sphinx 7.1 on."""
    getattr(env, "_write_doc_doctree_cache", {})[docname] = doctree


def write_also(builder: Builder, documents: Iterable[str]) -> None:
    """Have *builder* write *documents* too, though no source of them has changed.

    ``env-get-outdated`` would have them read again, not written again.
    """
    outdated = builder.get_outdated_docs

    def with_documents() -> str | Iterable[str]:
        own = outdated()
        return own if isinstance(own, str) else {*own, *documents}

    builder.get_outdated_docs = with_documents  # type: ignore[method-assign]


def template_folders(app: Sphinx) -> list[Path]:
    """Return the folders that templates come from; none if the builder has none.

    Sphinx has no public way to ask for them. Extensions add loaders of their own.
    """
    templates = getattr(app.builder, "templates", None)
    own = [Path(each) for each in getattr(templates, "pathchain", ())]
    # Sphinx looks in the folders around them too, so that a template can name its theme
    # ("basic/layout.html"). They hold other themes, or all packages that there are.
    around = {folder.parent for folder in own}
    added = (
        Path(place)
        for loader in getattr(templates, "loaders", ())
        for place in getattr(loader, "searchpath", ())
    )
    return [*dict.fromkeys([*own, *(each for each in added if each not in around)])]


def template_environment(builder: Builder) -> Environment | None:
    """Return what a builder reads its templates with, if it is Sphinx's own."""
    templates = getattr(builder, "templates", None)
    found = getattr(templates, "environment", None)
    return found if isinstance(found, Environment) else None


def share_catalogue(catalogue: NullTranslations) -> None:
    """Have the catalogues of extensions ask *catalogue* for what they lack.

    Sphinx keeps them in a table that is not documented.
    """
    for (space, _), found in locale.translators.items():
        if space == "general" and found is not catalogue:
            found.add_fallback(catalogue)


def theme_defaults(builder: Builder) -> dict[str, Any]:
    """Return the options of a builder's theme, as the theme itself has them.

    The theme of a builder is not documented.
    """
    theme = getattr(builder, "theme", None)
    return dict(theme.get_options({})) if theme is not None else {}


def own_indices(app: Sphinx) -> Iterator[type[Index]]:
    """Yield the indices of the domains of extensions.

    Their names are attributes of their classes.
    """
    for domain in app.env.domains.values():
        for index in domain.indices:
            if not index.__module__.startswith("sphinx."):
                yield index


def after_rendering(
    builder: Builder, change: Callable[[str, Mapping[str, Any]], str]
) -> None:
    """Have *change* make of each page what is written of it.

    It takes the page as HTML, and the values of its template. No event of Sphinx's
    comes after the template.
    """
    templates = builder.templates
    render = templates.render

    def changed(name: str, context: Any, *rest: Any) -> str:
        return change(render(name, context, *rest), context)

    templates.render = changed


def order_index(
    order: Callable[[list[tuple[str, Any]]], list[tuple[str, Any]]],
) -> None:
    """Have *order* sort what stands under each letter of the general index.

    Sphinx sorts by code points and has no hook there. This changes Sphinx itself, so it
    belongs in the process of one edition only.
    """
    create = IndexEntries.create_index

    def in_order(self: IndexEntries, *args: Any, **options: Any) -> Any:
        groups = create(self, *args, **options)
        return [(letter, order(entries)) for letter, entries in groups]

    IndexEntries.create_index = in_order  # type: ignore[method-assign]


class _Set(set[str]):
    """A set with the one method of a list that Sphinx calls on it."""

    def extend(self, words: Any) -> None:
        self.update(words)


def remember_stems() -> None:
    """Have Sphinx stem each word once in a build, not once in each document.

    Its stemmers are slow, and a book has the same words on most pages. This changes
    Sphinx itself, so it belongs in the process of one edition only.
    """
    from sphinx.search import IndexBuilder

    make = IndexBuilder.__init__

    def remembering(self: IndexBuilder, *args: Any, **options: Any) -> None:
        make(self, *args, **options)
        self.lang.stem = cache(self.lang.stem)  # type: ignore[method-assign]

    IndexBuilder.__init__ = remembering  # type: ignore[method-assign]


def wrap_highlight(around: Callable[..., str]) -> None:
    """Have *around* called in place of the function that highlights code for Sphinx.

    This changes Sphinx itself, so it belongs in the process of one edition only.

    :param around: takes the function itself, then what that takes
    """
    highlighting.highlight = partial(  # type: ignore[attr-defined]
        around,
        highlighting.highlight,  # type: ignore[attr-defined]
    )


def skip_in_search(name: str) -> None:
    """Have Sphinx leave elements of the class *name* out of the search.

    Sphinx 8.2 and later do so themselves for ``no-search``. This changes Sphinx itself,
    so it belongs in the process of one edition only.
    """
    from sphinx.search import IndexBuilder

    if sphinx.version_info >= (8, 2):
        return
    feed = IndexBuilder.feed

    def without(
        self: IndexBuilder, docname: Any, filename: Any, title: Any, doctree: Any
    ) -> None:
        hidden = [e for e in doctree.findall(Element) if name in e["classes"]]
        children = [(element, element.children) for element in hidden]
        for element in hidden:
            element.children = []
        try:
            feed(self, docname, filename, title, doctree)
        finally:
            for element, kept in children:
                element.children = kept

    IndexBuilder.feed = without  # type: ignore[method-assign]


def forget_image(env: BuildEnvironment, docname: str, path: str) -> None:
    """Take from the environment that a document shows an image.

    Sphinx has a method only for all images of a document.

    :param path: from the source folder
    """
    documents, name = env.images.get(path, (set[str](), ""))
    documents.discard(docname)
    if name and not documents:
        del env.images[path]
        env.images._existing.discard(name)  # noqa: SLF001 - see above


def write_dates_in(language: str, babels: str) -> None:
    """Have Sphinx write the dates of a language as Babel does in the locale *babels*.

    Sphinx takes its own name of a language for one of Babel's, and warns of what is
    none. This changes Sphinx itself, so it belongs in the process of one edition only.
    """
    module: Any = i18n
    original = module.babel_format_date

    def format_date(date: Any, form: str, locale: str, *rest: Any, **more: Any) -> Any:
        name = babels if locale == language else locale
        return original(date, form, name, *rest, **more)

    module.babel_format_date = format_date


def mend_chinese_search() -> None:
    """Make Sphinx's own search of Chinese work, and its index fast to build.

    This changes Sphinx itself, so it belongs in the process of one edition only.
    """
    from sphinx.search import IndexBuilder, zh  # it loads jieba
    from sphinx.search.zh import SearchChinese

    # It writes to standard error that it loads its dictionary.
    logging.getLogger("jieba").setLevel(logging.WARNING)
    if hasattr(zh, "JIEBA_DEFAULT_DICT"):
        zh.jieba_load_userdict = load_jieba_dictionary  # type: ignore[attr-defined]
    # A list in Sphinx 7.4 and older, searched for every word of the book.
    if isinstance(getattr(SearchChinese, "latin_terms", None), list):
        SearchChinese.latin_terms = _Set()
    script = IndexBuilder.get_js_stemmer_code

    def defined(self: IndexBuilder) -> str:
        return script(self).replace(_UNDEFINED, _DEFINED)

    IndexBuilder.get_js_stemmer_code = defined  # type: ignore[method-assign]


def load_jieba_dictionary(path: str) -> None:
    """Load a dictionary into jieba, its own in a moment: jieba has its words already.

    Sphinx 8.2 and later load it once more, word by word, which takes longer than to
    write a small book. It only doubles the sum of all frequencies.
    """
    import jieba

    default = Path(jieba.__file__).with_name(jieba.DEFAULT_DICT_NAME)
    if Path(path) == default.resolve():
        jieba.initialize()
        jieba.dt.total *= 2
    else:
        with Path(path).open("rb") as file:  # jieba would leave it open
            jieba.load_userdict(file)


def sphinx_logger() -> logging.Logger:
    """Return the logger that all of Sphinx's messages go through.

    Its handlers change a record for those behind them: who wants the message as it was
    must stand first.
    """
    return logging.getLogger(NAMESPACE)


#: The directives and roles before any book was opened; one entry for each open book.
_BEFORE: Final[list[tuple[dict[str, Any], dict[str, Any]]]] = []


@contextmanager
def docutils_of_its_own() -> Iterator[None]:
    """Have directives, roles and nodes for one book only, while others may be open.

    Sphinx's ``docutils_namespace`` takes what an open book has registered for what was
    there before; then a second book warns of each name, and gets the classes of the
    first. Needless once Sphinx keeps them in the application.
    """
    d: Any = directives
    r: Any = roles
    now = dict(d._directives), dict(r._roles)  # noqa: SLF001 - as Sphinx does
    before = _BEFORE[0] if _BEFORE else now
    _BEFORE.append(before)
    try:
        with docutils_namespace():
            d._directives, r._roles = map(dict, before)  # noqa: SLF001 - as above
            # An open book has been read: it needs them no longer.
            for node in [*additional_nodes]:
                unregister_node(node)
                additional_nodes.discard(node)
            yield
    finally:
        _BEFORE.remove(before)
