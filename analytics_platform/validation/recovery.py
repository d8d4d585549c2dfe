"""Recovery: every estimate of a simulated world beside the answer planted in it.

Effects are relative, shares of the untreated mean, so that metrics compare.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pyarrow as pa

from analytics_platform.experiments.catalogue import Catalogue
from analytics_platform.experiments.mismatch import is_broken
from analytics_platform.lakehouse.described import described
from analytics_platform.validation.estimates_made import NAIVE, Made, estimates_made
from analytics_platform.validation.expected_verdicts import Fit, expected_verdict, fit_of
from analytics_platform.validation.planted_answers import Answers, Scan
from analytics_platform.validation.user_level import user_level

Row = dict[str, Any]

UNKNOWN = "No answer is planted for the primary metric: any verdict may be right."
FITS: dict[Fit, str | None] = {
    "right": None,
    "undecided": "No error: the data leave open what was planted.",
    "wrong": "Wrong.",
}
MISMATCH, AS_PLANNED = "mismatch", "as planned"
_TEXT, _NUMBER, _FLAG = pa.string(), pa.float64(), pa.bool_()
_COLUMNS = {
    "effect_id": (_TEXT, "The planted effect: an experiment, a launch or an adoption."),
    "metric": (_TEXT, "Metric; sample_ratio for the test of the arms' sizes."),
    "population": (_TEXT, "all, student or teacher."),
    "method": (_TEXT, "How the estimate was made; decision for the verdict, user_level for the naive test."),
    "truth": (_NUMBER, "Planted relative effect, all treated against none; null where none is planted."),
    "estimate": (_NUMBER, "Estimated relative effect; null where it could not be made."),
    "low": (_NUMBER, "Lower limit of its interval."),
    "high": (_NUMBER, "Upper limit of its interval."),
    "covers": (_FLAG, "Whether the interval holds the truth; null without either."),
    "error": (_NUMBER, "Estimate - truth."),
    "relative_error": (_NUMBER, "Error / truth; null where the truth is zero."),
    "sign_is_right": (_FLAG, "Whether the estimate points the way of the truth; null where that is zero."),
    "verdict": (_TEXT, "What was decided."),
    "expected_verdict": (
        _TEXT,
        "What would be right, alternatives joined by or; null where anything may be.",
    ),
    "note": (_TEXT, "What a reader must know to judge the row; null: nothing."),
    "is_decisive": (
        _FLAG,
        "Whether the analysis believes this row: one for each effect, metric, population.",
    ),
    "is_fair": (
        _FLAG,
        "Whether the method is meant to hit this truth; naive ones and planted faults are not.",
    ),
}
RECOVERY_SCHEMA = described(_COLUMNS)


def recovery(scan: Scan, catalogue: Catalogue) -> pa.Table:
    """Rows of `validation.recovery`, in order of effect, metric, population and method.

    Args:
        scan: a table of the lake by name; reads the results of `experiments`, `truth.effects` and
            `truth.parameters`, and for the user-level foil exposures and user-days.
        catalogue: the experiments; those that the world does not know have no truth and are left out.
    """
    answers = Answers.read(scan)
    known = {effect for effect, _, _ in answers.effects}
    made = [
        one
        for one in (*estimates_made(scan, answers), *user_level(scan, catalogue))
        if one.effect_id in known
    ]
    naive = {(one.effect_id, one.metric): one for one in made if one.method in NAIVE}
    rows = [_judged(one, answers, naive.get((one.effect_id, one.metric))) for one in made]
    rows += [*_decided(scan, catalogue, answers, known), *_ratios(scan, answers, known)]
    rows.sort(key=lambda row: [row[name] for name in ("effect_id", "metric", "population", "method")])
    return pa.Table.from_pylist(rows, RECOVERY_SCHEMA)


def _judged(made: Made, answers: Answers, naive: Made | None) -> Row:
    """An estimate beside its truth; beside a naive one it says what that one gets wrong."""
    truth = (
        None if made.method == "wald_cace" else answers.effect(made.effect_id, made.metric, made.population)
    )
    row = {**asdict(made), **_compared(truth, made.estimate, made.low, made.high)}
    notes = [made.note, _against_naive(made, naive, truth) if naive is not None and made.is_fair else ""]
    if truth is None and not made.note:
        notes.append("No answer is planted for this metric.")
    return {**row, "note": " ".join(filter(None, notes)) or None}


def _compared(truth: float | None, estimate: float | None, low: float | None, high: float | None) -> Row:
    error = None if truth is None or estimate is None else estimate - truth
    covers = None if truth is None or low is None or high is None else low <= truth <= high
    return {
        "truth": truth,
        "covers": covers,
        "error": error,
        "relative_error": error / truth if error is not None and truth else None,
        "sign_is_right": estimate * truth > 0 if estimate is not None and truth else None,
    }


def _against_naive(made: Made, naive: Made, truth: float | None) -> str:
    """How much of the naive bias is left, or how much too narrow the naive interval is."""
    if naive.method == "user_level":
        ends = (made.low, made.high, naive.low, naive.high)
        if made.population != "all" or None in ends:
            return ""
        low, high, naive_low, naive_high = (float(end or 0) for end in ends)
        return f"The interval is {(high - low) / (naive_high - naive_low):.1f} times that of a test on users."
    if truth is None or made.estimate is None or naive.estimate is None or naive.estimate == truth:
        return ""
    left = abs(made.estimate - truth) / abs(naive.estimate - truth)
    return f"{left:.0%} of the bias of {naive.method} is left."


def _decided(scan: Scan, catalogue: Catalogue, answers: Answers, known: set[str]) -> Iterator[Row]:
    """The verdict on each experiment beside those that would be right."""
    for row in scan("experiments.decisions").collect().iter_rows(named=True):
        experiment = catalogue.experiments.get(row["experiment_id"])
        if experiment is None or experiment.id not in known or "+" in row["variant"]:
            continue
        ends = tuple(row[name] for name in ("relative_effect", "relative_low", "relative_high"))
        expected = expected_verdict(experiment, answers)
        yield {
            **_blank(experiment.id, row["primary_metric"], "decision"),
            **dict(zip(("estimate", "low", "high"), ends, strict=True)),
            **_compared(answers.effect(experiment.id, row["primary_metric"]), *ends),
            "verdict": row["verdict"],
            "expected_verdict": expected,
            "note": UNKNOWN if expected is None else FITS[fit_of(row["verdict"], expected)],
        }


def _ratios(scan: Scan, answers: Answers, known: set[str]) -> Iterator[Row]:
    """Whether the test of the arms' sizes raises its alarm where exposures are lost, and only there."""
    tests = scan("experiments.srm").select("experiment_id", "is_mismatch").collect()
    for name, found in tests.group_by("experiment_id", maintain_order=True):
        experiment_id = str(name[0])
        if experiment_id in known:
            yield {
                **_blank(experiment_id, "sample_ratio", "sample_ratio_test"),
                "verdict": MISMATCH if is_broken(found.to_dicts()) else AS_PLANNED,
                "expected_verdict": MISMATCH if experiment_id in answers.broken else AS_PLANNED,
            }


def _blank(effect_id: str, metric: str, method: str) -> Row:
    named = {"effect_id": effect_id, "metric": metric, "population": "all", "method": method}
    return {**dict.fromkeys(RECOVERY_SCHEMA.names), **named, "is_decisive": False, "is_fair": False}
