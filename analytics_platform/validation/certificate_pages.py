"""Certificates as a document: a summary by method, every cell in one line, and what is shown failing.

Belongs here: Markdown from the rows of `validation.certificates`. Does not: judging them (`certificates`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import mode
from typing import Any

from analytics_platform.validation.certificates import FOIL, certified

Row = Mapping[str, Any]

CELL = ("method", "metric_kind", "design", "sample")
SHOWN = {
    ("false_positives", "absolute"): "false positives",
    ("coverage", "absolute"): "coverage",
    ("lower_miss", "absolute"): "truth below",
    ("upper_miss", "absolute"): "truth above",
    ("coverage", "relative"): "coverage of lift",
    ("lower_miss", "relative"): "lift below",
    ("upper_miss", "relative"): "lift above",
}
HEAD = """# Certificates

Every method on simulated experiments whose truth is known: {cells} cells, {quantities} quantities,
{replications:,} replications a cell (fewer where a method is costly, four times as many where a cell lay
outside its band at first), seed {seed}, mode `{mode}`, {date}, {libraries}. Written by
`analytics-platform certify --{mode} --write docs/certificates.md`.

A band is what chance leaves once in a hundred at 10,000 replications: false positives 4.45–5.57 %, coverage
94.4–95.6 %, each tail 2.1–2.9 %; where clusters are randomised 4–6 %, 94–96 %, 2–3 %. A value outside its
band is **bold**. The Monte Carlo error of a rate near 5 % is .2 points at 10,000 replications; a cell of
fewer has a band that is wider by its larger error alone.

Sizes called `enough` are no forecast: they were raised until the tails lay in their band, and the limits
below show what fewer units give. After a first run had put cells outside, these were changed:
`rare_binary` 10/90 from 20 to 40 times the units of equal arms; the power expected of `cuped` by what
estimated slopes cost; `aipw` from two folds to the five of analyses; clusters 10/90 from 4 in the smaller
arm, which erred in 6.3 %, to 5, the fewest that a readout takes.
"""


def markdown(rows: Iterable[Row]) -> str:
    """The document.

    Args:
        rows: of `validation.certificates`, at least one.
    """
    rows = list(rows)
    shipped = [row for row in rows if row["is_shipped"]]
    failing = [row for row in rows if not row["is_shipped"]]
    foils = [row for row in failing if row["note"].startswith(FOIL)]
    limits = [row for row in failing if not row["note"].startswith(FOIL)]
    parts = [
        _head(rows),
        "## By method\n",
        *_by_method(shipped),
        "\n## Outside their band\n",
        *_quantities([row for row in shipped if not row["is_within_band"]]),
        "\n## Foils: wrong on purpose, and caught\n",
        *_quantities(foils),
        "\n## Limits: what a shipped method cannot do\n",
        *_quantities(limits),
        "\n## All cells\n",
        *_cells(shipped),
        "\n## All other quantities\n",
        *_quantities([row for row in shipped if (row["quantity"], row["effect_kind"]) not in SHOWN]),
    ]
    return "\n".join(parts) + "\n"


def _head(rows: Sequence[Row]) -> str:
    first = rows[0]
    return HEAD.format(
        cells=len({tuple(row[name] for name in CELL) for row in rows}),
        quantities=len(rows),
        replications=mode(row["replications"] for row in rows),
        seed=first["seed"],
        mode=first["mode"],
        date=f"{max(row['certified_at'] for row in rows):%Y-%m-%d}",
        libraries=first["versions"].split(", ", 1)[1],
    )


def _by_method(rows: Sequence[Row]) -> Iterator[str]:
    yield from _header("method", "cells", "quantities", "within their band", "certified")
    for method, is_certified in certified(rows).items():
        own = [row for row in rows if row["method"] == method]
        cells = len({tuple(row[name] for name in CELL) for row in own})
        within = sum(row["is_within_band"] for row in own)
        yield _line(method, cells, len(own), within, "yes" if is_certified else "**no**")


def _cells(rows: Sequence[Row]) -> Iterator[str]:
    yield from _header(*CELL, *SHOWN.values(), "replications", "note")
    grouped: dict[tuple[str, ...], dict[tuple[str, str], Row]] = {}
    for row in rows:
        grouped.setdefault(tuple(row[name] for name in CELL), {})[row["quantity"], row["effect_kind"]] = row
    for cell, found in grouped.items():
        if not SHOWN.keys().isdisjoint(found):
            values = [_percent(found[key]) if key in found else "" for key in SHOWN]
            any_row = next(iter(found.values()))
            yield _line(*cell, *values, f"{any_row['replications']:,}", any_row["note"])


def _quantities(rows: Sequence[Row]) -> Iterator[str]:
    if not rows:
        yield "None."
        return
    yield from _header(*CELL, "quantity", "promised", "band", "observed", "error", "note")
    for row in rows:
        quantity = " ".join(filter(None, (row["quantity"].replace("_", " "), row["effect_kind"])))
        band = f"{_number(row['lower_band'])} to {_number(row['upper_band'])}"
        observed = _number(row["observed"]) if row["is_within_band"] else f"**{_number(row['observed'])}**"
        cell = (row[name] for name in CELL)
        error = _number(row["monte_carlo_error"])
        yield _line(*cell, quantity, _number(row["nominal"]), band, observed, error, row["note"])


def _percent(row: Row) -> str:
    text = "none" if row["observed"] is None else f"{row['observed']:.2%}"
    return text if row["is_within_band"] else f"**{text}**"


def _number(value: float | None) -> str:
    return (
        "none" if value is None else f"{value:.4f}" if abs(value) >= 5e-5 or value == 0.0 else f"{value:.1e}"
    )


def _header(*names: str) -> Iterator[str]:
    yield _line(*(name.replace("_", " ") for name in names))
    yield _line(*("---" for _ in names))


def _line(*cells: object) -> str:
    return "| " + " | ".join(map(str, cells)) + " |"
