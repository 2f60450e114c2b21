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
    if len(found.outputs) > 1:
        console.print(_summary(found))
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


def _summary(found: Evaluation) -> Table:
    """Return a row for each arm: scores with and without what it left, time, price."""
    from rich.table import Table

    table = Table(title=f"{found.pair}, all (0–1)", title_justify="left")
    table.add_column("arm")
    for metric in found.metrics:
        table.add_column(metric, justify="right")
    for name in ("segments left", "passages translated"):
        table.add_column(name, justify="right")
    for metric in found.metrics:
        table.add_column(f"their {metric}", justify="right")
    table.add_column("seconds", justify="right")
    table.add_column("dollars", justify="right")
    for output in found.outputs:
        arm = output.system.arm.name
        row = found.translated.get(arm)
        whole = [f"{found.total.score(arm, m).value / 100:.3f}" for m in found.metrics]
        part = [
            f"{row.score(arm, m).value / 100:.3f}" if row else "" for m in found.metrics
        ]
        table.add_row(
            arm,
            *whole,
            f"{output.left} of {output.segments}",
            str(row.passages if row else 0),
            *part,
            f"{output.seconds:.1f}",
            "" if output.dollars is None else f"{output.dollars:,.2f}",
        )
    return table


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
        if len(chances) > 1:
            corrected = [f"{p:.3f}" for p in found.holm(metric).values()]
            table.add_row("p by Holm", "", "", *corrected)
    return table
