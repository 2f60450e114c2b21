"""``amts doctor``: look at all that a build needs, and say what to do."""

from __future__ import annotations

import glob
import os
from typing import TYPE_CHECKING, Final, NamedTuple

from amts_sphinx.cli import book
from amts_sphinx.cli.console import echo, echo_json
from amts_sphinx.core.errors import AmtsError
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine import survey
from amts_sphinx.formats import is_known, terminology
from amts_sphinx.translate import learning

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from amts_sphinx.config.settings import AmtsConfig

#: Names the files that people work in.
_WORK: Final = "file of people's work"
#: Damages of them that are listed.
_SHOWN: Final = 5
#: Engines that need an AWS account.
_AWS: Final = frozenset({"amazon", "bedrock"})


class Symptom(NamedTuple):
    """One thing that was looked at."""

    #: What it is, such as ``engine of zh``.
    what: str
    #: What was found, or what is wrong and what to do.
    text: str
    ill: bool = False


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "doctor",
        help="look at all that a build needs, and say what to do",
        description="Look at the configuration, the languages and their engines, the"
        " models, the files and the memory, and say what is wrong and what to do."
        " Without --online nothing is asked of the network.",
    )
    book.add_argument(parser)
    parser.add_argument(
        "--online",
        action="store_true",
        help="ask AWS whose the credentials are and what they allow, by calls that are"
        " free and change nothing",
    )
    parser.add_argument("--json", action="store_true", help="write JSON")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> None:
    """Print what was found.

    :raises AmtsError: something is wrong
    """
    found = []
    for symptom in _symptoms(options.book, online=options.online):
        found.append(symptom)
        if not options.json:
            echo(f"{'!' if symptom.ill else ' '} {symptom.what}: {symptom.text}")
    if options.json:
        echo_json([symptom._asdict() for symptom in found])
    ill = sum(symptom.ill for symptom in found)
    if ill and options.json:
        raise AmtsError(f"{ill} of these are to be put right")
    if ill:
        raise AmtsError(f"{ill} thing{'s' * (ill != 1)} to put right, marked with !")


def _symptoms(named: Path | None, *, online: bool) -> Iterator[Symptom]:
    from amts_sphinx.config import settings

    try:
        folder, config = book.required(named)
    except AmtsError as exc:
        yield Symptom("configuration", str(exc), ill=True)
        return
    yield Symptom("book", f"{folder}, in {config.source_language.name}")
    namespace = settings.namespace(folder)
    if not settings.is_listed(namespace):
        what = f'conf.py does not list it; add "{settings.EXTENSION}" to extensions'
        yield Symptom("extension", what, ill=True)
    for what in settings.unknown(namespace):
        yield Symptom("configuration", what, ill=True)
    yield from _editions(config, online=online)
    yield from _files(config)
    yield from _damage(config)
    if config.gettext:
        yield from _catalogues(config, namespace.get("locale_dirs"))
    yield from _memory(config)


def _editions(config: AmtsConfig, *, online: bool) -> Iterator[Symptom]:
    """Look at each language with its engine."""
    try:
        languages = config.editions()
    except AmtsError as exc:
        yield Symptom("languages", str(exc), ill=True)
        return
    for what in config.strays():
        yield Symptom("configuration", what, ill=True)
    for language in languages:
        pair = LanguagePair(config.source_language.tag, language.tag)
        own = config.for_language(language.tag)
        with learning.book(own, pair) as taught:
            need = survey.lacks(own.engine, pair, own.engine_options, taught)
        what = f"engine of {language.tag} ({language.name})"
        if need:
            yield Symptom(what, f"{own.engine}, which lacks: {need}", ill=True)
        else:
            yield Symptom(what, f"{own.engine}, ready")
    chosen = {config.for_language(each.tag).engine for each in languages}
    for name in sorted(chosen & _AWS):
        tags = [e.tag for e in languages if config.for_language(e.tag).engine == name]
        found = _credentials(name, config.options.get(name, {}))
        yield found
        if online and not found.ill:
            yield from _account(name, config.options.get(name, {}), tags)
    if "llm" in chosen:
        variable = str(config.options["llm"].get("key_variable", "AMTS_LLM_KEY"))
        told = (
            "set" if os.environ.get(variable) else "not set; a local server needs none"
        )
        yield Symptom("key of llm", f"the environment variable {variable} is {told}")


def _credentials(engine: str, options: Mapping[str, object]) -> Symptom:
    """Look for AWS credentials where that asks nothing of the network."""
    what = f"credentials of {engine}"
    try:
        import botocore.session
        from botocore.exceptions import BotoCoreError
    except ImportError:
        return Symptom(what, "pip install './amts_sphinx[amazon]'", ill=True)
    session = botocore.session.Session(
        profile=str(options.get("profile") or "") or None
    )
    try:
        chain = session.get_component("credential_provider")
        for remote in ("container-role", "iam-role"):
            chain.remove(remote)
        found = chain.load_credentials()
        region = options.get("region") or session.get_config_variable("region")
    except BotoCoreError as exc:
        return Symptom(what, str(exc), ill=True)
    if not region:
        text = f"no region; set amts_{engine}.region or AWS_DEFAULT_REGION"
        return Symptom(what, text, ill=True)
    if found is None:
        text = "none in the environment or the AWS configuration; see `aws configure`"
        return Symptom(what, text, ill=True)
    text = f"from {found.method}, region {region}; not tried, see --online"
    return Symptom(what, text)


def _account(
    engine: str, options: Mapping[str, object], targets: Sequence[str]
) -> Iterator[Symptom]:
    """Ask AWS whose the credentials are, and what they allow."""
    from amts_sphinx.engine import checkup

    try:
        for what, text, ill in checkup.checks(engine, options, targets):
            yield Symptom(what, text, ill)
    except AmtsError as exc:
        yield Symptom(f"options of {engine}", str(exc), ill=True)


def _files(config: AmtsConfig) -> Iterator[Symptom]:
    """Look at the files that the book names."""
    tags = [language.tag for language in config.target_languages]
    for name in config.memory_files:
        for each in {name.replace("{language}", tag) for tag in tags or [""]}:
            paths = glob.glob(str(config.folder / each), recursive=True)  # noqa: PTH207
            if not paths:
                text = f"{each} is not there; see amts_memory_files"
                yield Symptom("memory file", text, ill=True)
            for path in sorted(paths):
                known = is_known(path)
                text = path if known else f"{path} is in no format that is known"
                yield Symptom("memory file", text, ill=not known)
    for tag in tags:
        pair = LanguagePair(config.source_language.tag, tag)
        try:
            found = terminology.read(config.for_language(tag).terminology, pair)
        except AmtsError as exc:
            yield Symptom(f"terminology of {tag}", str(exc), ill=True)
        else:
            if found.terms:
                yield Symptom(f"terminology of {tag}", f"{len(found.terms)} terms")


def _damage(config: AmtsConfig) -> Iterator[Symptom]:
    """Look at what stands in the files of people's work."""
    from amts_sphinx.review import check

    # Of a file that is not there, or is in no format, has been told.
    found = [
        each
        for each in check.damage(config.files)
        if each.path.exists() and is_known(each.path)
    ]
    for each in found[:_SHOWN]:
        text = f"{each.name}:{each.line}: {each.message}"
        yield Symptom(_WORK, text, ill=True)
    if len(found) > _SHOWN:
        text = f"{len(found)} lines cannot be used; amts review check lists all"
        yield Symptom(_WORK, text, ill=True)


def _catalogues(config: AmtsConfig, named: object) -> Iterator[Symptom]:
    """Look at the gettext catalogues.

    :param named: ``locale_dirs``, as ``conf.py`` has it
    """
    from amts_sphinx.formats import catalogues

    names = [str(each) for each in named] if isinstance(named, (list, tuple)) else None
    places = {name: config.folder / name for name in names or ["locales"]}
    for name, place in places.items():
        if names is not None and not place.is_dir():
            text = f"{name} is not there; see locale_dirs"
            yield Symptom("catalogues", text, ill=True)
    known = catalogues.folders(places.values())
    known.pop(config.source_language.tag, None)
    for tag in (language.tag for language in config.target_languages):
        _, those = catalogues.chosen(known, tag, lambda _: None)
        if those:
            yield _of_folders(f"catalogues of {tag}", config, those)
        elif known:
            text = f"none; there are those of {', '.join(sorted(known))}"
            yield Symptom(f"catalogues of {tag}", text)


def _of_folders(what: str, config: AmtsConfig, those: Sequence[Path]) -> Symptom:
    """Look at the catalogues of one language."""
    from amts_sphinx.core import paths
    from amts_sphinx.formats import catalogues

    said = catalogues.read(those, catalogues.domains(those))
    damage = [each for each in said.left if each.reason == catalogues.DAMAGED]
    if damage:
        more = f", and at {len(damage) - 1} more places" if damage[1:] else ""
        return Symptom(what, f"{damage[0]}{more}; see amts gettext check", ill=True)
    names = ", ".join(paths.relative(each, config.folder) for each in those)
    count = said.counts[catalogues.BY_PEOPLE]
    return Symptom(what, f"{names}, {count} messages by people")


def _memory(config: AmtsConfig) -> Iterator[Symptom]:
    """Look at the memory, which the first build makes, and what its files have lost."""
    from amts_sphinx.memory import importing
    from amts_sphinx.memory.memory import Memory

    path = config.memory
    try:
        above = next(each for each in path.parents if each.exists())
        is_there = path.exists()
    except OSError as exc:  # a folder that this user may not look into
        yield Symptom("memory", f"{path}: {exc.strerror}", ill=True)
        return
    if not is_there:
        if os.access(above, os.W_OK):
            yield Symptom("memory", f"{path}: the first build makes it")
        else:
            yield Symptom("memory", f"{above} cannot be written", ill=True)
        return
    try:
        with Memory(path) as memory:
            count = sum(row.units for row in memory.count())
            lost = [*importing.losses(memory, config.files)]
    except AmtsError as exc:
        yield Symptom("memory", str(exc), ill=True)
        return
    yield Symptom("memory", f"{path}, {count:,} units")
    for each in lost:
        yield Symptom(_WORK, each, ill=True)
