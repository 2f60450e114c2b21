"""Tables of scores on the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from amts_sphinx.cli.console import echo

if TYPE_CHECKING:
    from rich.table import Table

    from amts_sphinx.evaluation.results import Evaluation


def show(found: Evaluation) -> None:
    """Print the tables, remarks and warnings of one direction of an experiment."""
    from rich.console import Console

    # The output may go to a file, which has no width; a cut table is useless.
    console = Console(soft_wrap=False)
    if not console.is_terminal:
        console = Console(width=200)
    for metric in found.metrics:
        console.print(_table(found, metric))
        echo(f"{metric}: {found.total.score(found.arms[0], metric).signature}")
    for each in found.outputs:
        kept = f", {each.recalled} of them kept from before" if each.recalled else ""
        echo(
            f"{found.pair}, {each.system.arm}: {each.seconds:.1f} s for {each.segments}"
            f" segments{kept}; {each.system.units} pairs, {each.system.terms} terms"
        )
    for remark in found.remarks():
        echo(f"{found.pair}, {remark}")
    for setback in found.setbacks:
        echo(f"warning: {found.pair}: {setback}", error=True)


def _table(found: Evaluation, metric: str) -> Table:
    """Return a row for each document and a column for each arm, 0–1."""
    from rich.table import Table

    table = Table(title=f"{found.pair}, {metric} (0–1)", title_justify="left")
    table.add_column("document", overflow="fold")
    table.add_column("passages", justify="right")
    for arm in found.arms:
        table.add_column(arm, justify="right")
    for row in found.rows:
        values = [f"{row.score(a, metric).value / 100:.3f}" for a in found.arms]
        table.add_row(row.document, str(row.passages), *values)
    table.add_section()
    totals = [found.total.score(arm, metric) for arm in found.arms]
    shown = [f"{each.value / 100:.3f}" for each in totals]
    table.add_row("all as one text", str(found.total.passages), *shown, style="bold")
    if any(each.interval for each in totals):
        ranges = [
            "{:.3f}–{:.3f}".format(*(end / 100 for end in each.interval or (0, 0)))
            for each in totals
        ]
        table.add_row("95 % confidence", "", *ranges)
    means = [f"{found.mean(arm, metric) / 100:.3f}" for arm in found.arms]
    table.add_row("mean of documents", "", *means)
    if found.comparisons:
        chances = [
            f"{each.p:.3f}"
            for several in found.comparisons.values()
            for each in several
            if each.metric == metric
        ]
        table.add_row(f"p against {found.arms[0]}", "", "", *chances)
    return table
