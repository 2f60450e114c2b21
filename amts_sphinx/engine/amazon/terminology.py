"""Custom terminology: the book's terms, as the service enforces them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from amts_sphinx.core.errors import EngineUnavailableError
from amts_sphinx.engine.amazon import leftovers
from amts_sphinx.engine.amazon.languages import service_code
from amts_sphinx.engine.aws.errors import LimitError, NotThereError
from amts_sphinx.engine.protocol import quiet
from amts_sphinx.formats import terminology

if TYPE_CHECKING:
    from amts_sphinx.engine.amazon.client import Client
    from amts_sphinx.engine.protocol import Progress
    from amts_sphinx.formats.terminology import Terminology


def name_of(terms: Terminology, prefix: str) -> str:
    """Return the name of *terms* at the service; it changes with them."""
    return f"{prefix}-{terms.pair.source}-{terms.pair.target}-{terms.digest}"


def ensure(client: Client, terms: Terminology, progress: Progress = quiet) -> str:
    """Have the service know *terms*, and return their name.

    A name is never given to other terms: the service may take ten minutes to notice.

    :raises EngineError: it does not take them
    """
    name = name_of(terms, client.options.prefix)
    try:
        client.translate(
            "get_terminology", f"look at the terminology {name}", Name=name
        )
    except NotThereError:
        try:
            _import(client, terms, name)
        except LimitError:
            # It is full: there is nothing to wait for.
            everything = leftovers.terminologies(client)
            old = leftovers.unused(client, everything, ())
            if not leftovers.remove(client, old, progress):
                ours = sum(each.ours for each in everything)
                raise EngineUnavailableError(
                    f"Amazon Translate: cannot import the terminology {name}: there are"
                    f" {len(everything)} in this region, {ours} of them of this book;"
                    " remove some, or ask AWS for more"
                ) from None
            _import(client, terms, name)
    return name


def _import(client: Client, terms: Terminology, name: str) -> None:
    options = client.options
    extra: dict[str, Any] = {}
    if options.kms_key:
        extra["EncryptionKey"] = {"Type": "KMS", "Id": options.kms_key}
    client.translate(
        "import_terminology",
        f"import the terminology {name}",
        waits=True,
        needs=["TerminologyProperties"],
        Name=name,
        Description=leftovers.mark(client),
        MergeStrategy="OVERWRITE",
        TerminologyData={
            "File": terminology.encode(terms, map(service_code, terms.pair)),
            "Format": "CSV",
            "Directionality": "UNI",
        },
        **extra,
    )
