"""All experiments at a glance: each one's verdict beside the effect on its primary metric."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from dashboards import certification
from dashboards.certification import Standing
from dashboards.effects import forest_row, level
from dashboards.forest import Row
from dashboards.formats import listed, long_day
from dashboards.reader import Reading
from dashboards.reader import Row as Record
from dashboards.vocabulary import count, method_label, metric_label

CATALOGUE = "experiments.catalogue"
DECISIONS = "experiments.decisions"
READOUTS = "experiments.readouts"
SRM = "experiments.srm"

VERBS = {
    "Stop": ("stops", "stop"),
    "Hold": ("is held", "are held"),
    "Inconclusive": ("is inconclusive", "are inconclusive"),
}
BADGES = {
    "Ship": ("green", "check_circle"),
    "Stop": ("red", "cancel"),
    "Hold": ("orange", "pause_circle"),
    "Inconclusive": ("gray", "help"),
}


@dataclass(frozen=True)
class Entry:
    """One comparison of a variant with its control.

    Attributes:
        experiment_id: the experiment.
        label: its name, with the variant where there are several.
        decision: its row of `experiments.decisions`.
        readout: the row of `experiments.readouts` that the decision uses; None without one.
        is_broken: whether its groups' sizes do not fit the plan, which spoils every effect.
        unit: what was randomised.
    """

    experiment_id: str
    label: str
    decision: Record
    readout: Record | None
    is_broken: bool
    unit: str = "user"

    @property
    def verdict(self) -> str:
        return self.decision["verdict"]


def entries(decisions: Sequence[Record], readouts: Sequence[Record], srm: Sequence[Record]) -> list[Entry]:
    """Every decision with its readout, largest effect first, what has none last."""
    broken = {row["experiment_id"] for row in srm if row["is_mismatch"]}
    units = {row["experiment_id"]: row["unit"] for row in srm}
    variants = Counter(row["experiment_id"] for row in decisions)
    decisive = {
        (row["experiment_id"], row["variant"]): row
        for row in readouts
        if row["is_decisive"] and row["purpose"] == "primary"
    }
    found = [
        Entry(
            name := row["experiment_id"],
            f"{name}: {row['variant']}" if variants[name] > 1 else name,
            row,
            decisive.get((name, row["variant"])),
            name in broken,
            units.get(name) or "user",
        )
        for row in decisions
    ]
    return sorted(found, key=_order)


def _order(entry: Entry) -> tuple[bool, float, str]:
    effect = entry.readout["relative_effect"] if entry.readout else None
    return effect is None, -(effect or 0.0), entry.label


def headline(shown: Sequence[Entry]) -> str:
    """The finding: how many ship, what becomes of the others, and how many are broken."""
    verdicts = Counter(entry.verdict for entry in shown)
    is_single = len({entry.experiment_id for entry in shown}) == len(shown)
    ships, total = verdicts["Ship"], count(len(shown), "experiment" if is_single else "variant")
    others = [f"{number} {verb[number > 1]}" for name, verb in VERBS.items() if (number := verdicts[name])]
    text = listed([f"{ships or 'None'} of {total} {'ships' if ships == 1 else 'ship'}", *others])
    broken = sum(entry.is_broken for entry in shown)
    return f"{text}; {broken} {'is' if broken == 1 else 'are'} broken" if broken else text


def subtitle(shown: Sequence[Entry]) -> str:
    """Metric, unit, window and population."""
    last = max(entry.decision["as_of_date"] for entry in shown)
    levels = sorted({level(entry.readout) for entry in shown if entry.readout})
    interval = f"{listed(levels)} interval" if levels else "interval"
    return (
        f"Relative effect on each experiment's primary metric with its {interval}, by the method that "
        f"decides · exposed users or classrooms, to {long_day(last)} · green: better, orange: worse, "
        "grey: zero is not excluded, ✕: group sizes do not fit the plan"
    )


def forest_rows(shown: Sequence[Entry]) -> list[Row]:
    """Rows of the plot; those of broken experiments in grey."""
    return [_forest_row(entry) for entry in shown]


def _forest_row(entry: Entry) -> Row:
    after = f"{'✕ ' if entry.is_broken else ''}<b>{entry.verdict}</b>"
    if entry.readout is None:
        return Row(entry.label, f"no readout · {after}")
    row = forest_row(entry.readout, entry.label, entry.readout["metric"], after)
    hover = f"{row.hover} · {metric_label(entry.readout['metric'])}, {method_label(entry.readout['method'])}"
    return replace(row, hover=hover, tone="broken" if entry.is_broken else row.tone)


def standing(entry: Entry, certificates: Sequence[Record]) -> Standing:
    """What the certificates say of the deciding method on the primary metric."""
    kind = entry.readout["kind"] if entry.readout else None
    return certification.standing(certificates, entry.decision["method"], kind, entry.unit)


def table(shown: Sequence[Entry]) -> list[dict[str, str]]:
    """The portfolio in words, for the page."""
    is_running = any(not entry.decision["is_final"] for entry in shown)
    return [
        {
            "experiment": entry.label,
            "verdict": f"{entry.verdict}{' ✕' if entry.is_broken else ''}",
            "metric": metric_label(entry.decision["primary_metric"]),
            "n": _units(entry),
            **({"state": "final" if entry.decision["is_final"] else "running"} if is_running else {}),
        }
        for entry in shown
    ]


def _units(entry: Entry) -> str:
    """Units of both arms, such as `3,314`, or `324 classrooms`."""
    row = entry.readout
    if row is None or row["control_units"] is None or row["treatment_units"] is None:
        return "not known"
    total = row["control_units"] + row["treatment_units"]
    return f"{total:,}" if entry.unit == "user" else count(total, entry.unit)


def as_rows(shown: Sequence[Entry]) -> pl.DataFrame:
    """The portfolio as a table for download."""
    names = (
        "control_units",
        "treatment_units",
        "relative_effect",
        "relative_low",
        "relative_high",
        "p_value",
        "adjusted_p_value",
        "method",
    )
    return pl.DataFrame(
        [
            {
                "experiment_id": entry.experiment_id,
                "variant": entry.decision["variant"],
                "verdict": entry.verdict,
                "is_final": entry.decision["is_final"],
                "as_of_date": entry.decision["as_of_date"],
                "primary_metric": entry.decision["primary_metric"],
                "is_broken": entry.is_broken,
                **{name: entry.readout[name] if entry.readout else None for name in names},
            }
            for entry in shown
        ],
        infer_schema_length=None,
    )


def period(shown: Sequence[Entry], catalogue: Mapping[str, Record]) -> tuple[date, date]:
    """First day of the first experiment and the last day that was read."""
    last = max(entry.decision["as_of_date"] for entry in shown)
    starts = [row["start_date"] for row in catalogue.values() if row["start_date"] is not None]
    return min(starts, default=last), last


def reasons(decision: Record) -> list[str]:
    """What the verdict rests on, a sentence each."""
    return [line.strip() for line in (decision["reasons"] or "").splitlines() if line.strip()]


def nothing_yet(reading: Reading, catalogued: Sequence[str]) -> str:
    """What to do about a lake without readouts, in one sentence."""
    lake = f"The lake `{reading.settings.lake}`"
    if catalogued:
        return (
            f"{lake} has {count(len(catalogued), 'experiment')} in its catalogue but no readout yet: "
            "run `analytics-platform run`."
        )
    if reading.source == "logs":
        return (
            f"{lake} holds no experiments: describe yours in a file that the setting `experiments` names, "
            "then run `analytics-platform run`."
        )
    return f"{lake} holds no experiments yet: run `analytics-platform run` to read them out."


def badge(verdict: str) -> str:
    """A verdict as a Markdown badge: colour, symbol and word."""
    color, icon = BADGES.get(verdict, ("gray", "help"))
    return f":{color}-badge[:material/{icon}: {verdict}]"
