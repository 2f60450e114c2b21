"""What a book has at the service: known by our mark, and removed when it is not used.

A resource bears our mark and the book's place, which is its bucket and prefix, as its
description. Nothing without that mark is touched, nothing that a job of anyone uses
while it runs, and never the newest for its languages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from amts_sphinx.core.errors import EngineError
from amts_sphinx.engine.aws.errors import NotThereError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from amts_sphinx.engine.amazon.client import Client
    from amts_sphinx.engine.protocol import Progress

#: States of jobs that use what they name.
_RUNNING: Final = ("SUBMITTED", "IN_PROGRESS", "STOP_REQUESTED")
#: Items on a page of a list.
_PAGE: Final = 500
_DATA: Final = "parallel data"
_TERMS: Final = "terminology"


class Resource(NamedTuple):
    """Parallel data, or a terminology."""

    kind: str
    name: str
    #: ``ACTIVE`` where the service has none.
    status: str
    #: The source language and the target languages, by the service's codes.
    languages: tuple[str, ...]
    created: str
    #: Whether it bears the mark of this book.
    ours: bool

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


def mark(client: Client) -> str:
    """Return the description of what belongs to the book of *client*."""
    return f"amts_sphinx: {client.options.bucket}/{client.options.prefix}"


def parallel_data(client: Client) -> list[Resource]:
    """Return all parallel data of the account in this region."""
    pages = _pages(client, "list_parallel_data", "ParallelDataPropertiesList", {})
    return [_resource(client, _DATA, each) for each in pages]


def terminologies(client: Client) -> list[Resource]:
    """Return all terminologies of the account in this region."""
    pages = _pages(client, "list_terminologies", "TerminologyPropertiesList", {})
    return [_resource(client, _TERMS, each) for each in pages]


def _pages(
    client: Client, operation: str, member: str, asked: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    doing = operation.replace("_", " ")
    token: dict[str, Any] = {}
    while True:
        reply = client.translate(
            operation,
            doing,
            needs=["ResponseMetadata"],
            MaxResults=_PAGE,
            **asked,
            **token,
        )
        yield from reply.get(member, ())
        if not reply.get("NextToken"):
            return
        token = {"NextToken": reply["NextToken"]}


def _resource(client: Client, kind: str, said: dict[str, Any]) -> Resource:
    targets = sorted(said.get("TargetLanguageCodes") or ())
    return Resource(
        kind,
        str(said["Name"]),
        str(said.get("Status", "ACTIVE")),
        (str(said.get("SourceLanguageCode", "")), *targets),
        str(said.get("CreatedAt", "")),
        said.get("Description") == mark(client),
    )


def used(client: Client) -> set[str]:
    """Return the names of what the running jobs of the account use."""
    names: set[str] = set()
    for status in _RUNNING:
        for job in _pages(
            client,
            "list_text_translation_jobs",
            "TextTranslationJobPropertiesList",
            {"Filter": {"JobStatus": status}},
        ):
            names.update(job.get("ParallelDataNames") or ())
            names.update(job.get("TerminologyNames") or ())
    return names


def _of_series(resource: Resource) -> Iterable[object]:
    """Return what a later resource must be for, all of it, to supersede this."""
    return [(resource.kind, resource.languages)]


def _of_languages(resource: Resource) -> Iterable[object]:
    """Return the directions, each of which may have a later resource by now."""
    source, *targets = resource.languages
    return [(resource.kind, source, target) for target in targets]


def unused(
    client: Client,
    resources: Collection[Resource],
    keep: Collection[str],
    what_for: Callable[[Resource], Iterable[object]] = _of_languages,
) -> list[Resource]:
    """Return those of the book's *resources* that nothing needs any more.

    :param keep: names that are in use in this build
    :param what_for: returns what a resource is for; of each the newest is needed
    """
    ours = [r for r in resources if r.ours and r.status in {"ACTIVE", "FAILED"}]
    newest: dict[object, str] = {}
    for each in sorted(ours, key=lambda r: (r.created, r.name)):
        if each.status == "ACTIVE":
            newest.update(dict.fromkeys(what_for(each), each.name))
    needed = {*newest.values(), *keep}
    rest = [each for each in ours if each.name not in needed]
    return [each for each in rest if each.name not in used(client)] if rest else []


def remove(
    client: Client, resources: Iterable[Resource], progress: Progress
) -> list[Resource]:
    """Remove *resources*; return those that could be."""
    removed = []
    for each in resources:
        operation = f"delete_{each.kind.replace(' ', '_')}"
        try:
            client.translate(operation, f"remove the {each}", Name=each.name)
        except NotThereError:
            continue
        except EngineError as exc:
            progress(f"{each} stays: {exc}")
            continue
        removed.append(each)
        progress(f"{each}: removed, since it is not used any more")
    return removed


def remove_superseded(
    client: Client, keep: Collection[str], progress: Progress
) -> None:
    """Remove what newer resources for just the same languages have superseded.

    What goes wrong is told; it goes wrong for the next build too, or not.
    """
    client = client.impatient()
    try:
        resources = [*parallel_data(client), *terminologies(client)]
        remove(client, unused(client, resources, keep, _of_series), progress)
    except EngineError as exc:
        progress(f"what is not used any more stays at the service: {exc}")


def clean(client: Client, progress: Progress) -> list[Resource]:
    """Remove what is not the newest for any of its languages; return it.

    :raises EngineError: the service does not say what there is
    """
    resources = [*parallel_data(client), *terminologies(client)]
    return remove(client, unused(client, resources, ()), progress)
