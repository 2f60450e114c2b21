"""``amts models``: get and list the models of the engine ``firefox``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from amts_sphinx.cli.console import echo, echo_json
from amts_sphinx.core.errors import EngineUnavailableError, LanguagePairError
from amts_sphinx.core.languages import find_language
from amts_sphinx.core.units import LanguagePair
from amts_sphinx.engine.firefox import download, models, worker

if TYPE_CHECKING:
    import argparse

_MEGABYTE: Final = 2**20
_TERMS: Final = (
    "Mozilla runs this server for Firefox, not for services of others: get a model once"
    " and keep it, or host it yourself (docs/engines.md)"
)


def add_to(parent: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = parent.add_parser(
        "models",
        help="get translation models for the engine firefox",
        description="Get and list translation models for the engine firefox. Nothing"
        " else of it asks the network: a build never does.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    get = commands.add_parser(
        "get",
        help="download the model for a language pair",
        description="Download the model for a language pair, or the two by way of"
        " English, and check them.",
    )
    get.add_argument("source", metavar="FROM", help="language of the book, as en")
    get.add_argument("target", metavar="TO", help="language of the edition, as zh")
    get.add_argument(
        "--from",
        dest="server",
        default=download.MOZILLA,
        metavar="URL",
        help="a server like Mozilla's, or the records.json of a folder that is served"
        " (default: %(default)s)",
    )
    get.set_defaults(run=_get)
    listing = commands.add_parser(
        "list",
        help="show the models that are here",
        description="Show the models that are here, and the pairs by way of English.",
    )
    listing.add_argument("--json", action="store_true", help="write JSON")
    listing.set_defaults(run=_show)
    for each in (get, listing):
        each.add_argument(
            "--folder",
            type=Path,
            default=None,
            metavar="DIR",
            help=f"folder of the models (default: ${models.VARIABLE}, or one of yours)",
        )


def _get(options: argparse.Namespace) -> None:
    tags = (options.source, options.target)
    pair = LanguagePair(*(find_language(tag).tag for tag in tags))
    if pair.source == pair.target:
        raise LanguagePairError(f"{pair} is no translation")
    folder = options.folder or models.user_folder()
    server = download.Server(options.server)
    echo(f"asking {server.url}")
    chosen = download.choose(server.models(), pair)
    if len(chosen) > 1:
        echo(f"there is no model for {pair}: these two lead there by way of English")
    if server.url == download.MOZILLA:
        echo(f"licence: {download.LICENCE}. {_TERMS}")
    else:
        echo(f"licence: Mozilla's models are under {download.LICENCE}; ask this host")
    for model in chosen:
        sent, size = (n / _MEGABYTE for n in (model.sent_size, model.size))
        kind = f"{model.architecture} " if model.architecture else ""
        echo(
            f"{model.pair}: {kind}{model.version}, {sent:.1f} MB to download,"
            f" {size:.1f} MB on disk"
        )
        home = download.keep(server, model, folder)
        for file in model.files:
            echo(f"  {file.name}  SHA-256 {file.hash}")
        echo(f"{model.pair}: checked, in {home}")
    _prove(models.Store(folder), pair)


def _prove(store: models.Store, pair: LanguagePair) -> None:
    """Translate something with what was downloaded, if that can be done here."""
    for leg in store.route(pair):
        try:
            worker.opened(leg)
        except EngineUnavailableError as exc:
            if "fxtranslate" not in str(exc):
                raise
            echo(f"not tried: {exc}")
            return
    echo(f'{pair}: works; add to conf.py: amts_engine = "firefox"')


def _show(options: argparse.Namespace) -> None:
    store = models.Store(options.folder or models.user_folder())
    if options.json:
        echo_json(_data(store))
        return
    for leg in store.legs.values():
        size = leg.size / _MEGABYTE
        echo(f"{leg.pair}  {size:.1f} MB  {leg.digest}  {leg.folder}")
    through = [pair for pair in store if pair not in store.legs]
    for pair in through:
        echo(f"{pair}  by way of English")
    for pair, lacking in store.incomplete.items():
        echo(f"{pair}  cannot be used: {lacking}")
    if not store.legs:
        echo(f"there is no model in {store.folder}; get one: amts models get en zh")


def _data(store: models.Store) -> list[dict[str, object]]:
    """Return the models for JSON, then the pairs by way of English, without a size."""
    own = [
        {
            "source": leg.pair.source,
            "target": leg.pair.target,
            "bytes": leg.size,
            "digest": leg.digest,
            "folder": str(leg.folder),
        }
        for leg in store.legs.values()
    ]
    none = {"bytes": None, "digest": None, "folder": None}
    return own + [
        {"source": pair.source, "target": pair.target, **none}
        for pair in store
        if pair not in store.legs
    ]
