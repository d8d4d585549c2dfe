"""A small lake with every table of the page LLM quality, with the columns of the real ones.

Two models and two prompts, one silent drift, an answer whose text attacks the page that shows it.
"""

from datetime import date, timedelta
from typing import Any

import polars as pl
import pyarrow as pa

from analytics_platform.lakehouse import Lake
from analytics_platform.llm_quality.tables import SCHEMAS, as_table
from analytics_platform_tests.dashboards.kpi_lake import write_daily

Record = dict[str, Any]

FIRST = date(2025, 10, 1)
DAYS = 90
LAST = FIRST + timedelta(days=DAYS - 1)
RELEASE = FIRST + timedelta(days=40)
PROMPT = FIRST + timedelta(days=20)
FOUND = FIRST + timedelta(days=66)
CHANGED = FOUND - timedelta(days=4)
HOSTILE = (
    '<script>window.hacked = true</script><img src=x onerror="window.hacked = true"> **bold** '
    "[link](javascript:window.hacked=true) $x^2$ {braces} %{y} :material/check: </div></mark> & 'quoted'"
)
SEGMENTS = {
    "overall": {"all": 1.0},
    "feature": {"explain": 0.3, "quiz": 0.5, "summarize": 0.2},
    "role": {"student": 0.8, "teacher": 0.2},
}


def quality_rows() -> pl.DataFrame:
    """Rows of `quality_daily`."""
    return pl.DataFrame([_quality(day, *where) for day in _days() for where in _places(day)])


def ratings_rows() -> pl.DataFrame:
    """Rows of `ratings_daily`."""
    return pl.DataFrame([_rating(day, *where) for day in _days() for where in _places(day)])


def _days() -> list[date]:
    return [FIRST + timedelta(days=n) for n in range(DAYS)]


def _places(day: date) -> list[tuple[str, str, float]]:
    found = [(name, segment, share) for name, own in SEGMENTS.items() for segment, share in own.items()]
    model = "tutor-2" if day >= RELEASE else "tutor-1"
    prompt = "prompt-2" if day >= PROMPT else "prompt-1"
    return [*found, ("model_version", model, 1.0), ("prompt_version", prompt, 1.0)]


def _quality(day: date, dimension: str, segment: str, share: float) -> Record:
    wave = 0.004 * (day.toordinal() % 5 - 2)
    mean = 0.2 + wave + (0.04 if day >= CHANGED else 0) - (0.02 if day >= RELEASE else 0)
    calls = int(1000 * share)
    latency = 6000.0 if day >= RELEASE else 5000.0
    good = calls * (1 - mean)
    return {
        "event_date": day, "dimension": dimension, "segment": segment, "interactions": calls,
        "answered": calls, "refused": 3, "errors": 2, "captured": calls // 4, "scored": calls // 4,
        "judged": calls // 4, "unsupported_probability_mean": mean,
        "unsupported_probability_low": mean - 0.02,
        "unsupported_probability_high": mean + 0.02, "latency_p50_ms": latency / 2.5,
        "latency_p95_ms": latency,
        "latency_p99_ms": 1.5 * latency, "cost_usd": 0.002 * calls, "good_answers": good,
        "cost_per_good_answer_usd": 0.002 * calls / good,
    }  # fmt: skip


def _rating(day: date, dimension: str, segment: str, share: float) -> Record:
    ratings = int(400 * share)
    satisfied = int(ratings * (0.78 if day > LAST - timedelta(days=28) else 0.70)) + day.toordinal() % 3
    return {
        "event_date": day, "dimension": dimension, "segment": segment, "interactions": int(1000 * share),
        "users": int(200 * share), "ratings": ratings, "rating_mean": 4.0, "rating_low": 3.9,
        "rating_high": 4.1,
        "satisfied_ratings": satisfied, "satisfied_share": satisfied / ratings, "satisfied_low": 0.6,
        "satisfied_high": 0.9,
    }  # fmt: skip


def prevalence() -> list[Record]:
    """Three methods by feature and version; too few labels for `summarize`."""
    places = [("overall", "all", 0.15, 800), ("feature", "quiz", 0.17, 500), ("feature", "explain", 0.1, 280),
              ("model_version", "tutor-1", 0.16, 400), ("model_version", "tutor-2", 0.14, 400)]  # fmt: skip
    found = []
    for labels_by, shift in (("panel", 0.0), ("consensus", -0.02)):
        about = {"criterion": "unsupported", "judge": "detector", "labels_by": labels_by, "period": "all",
                 "first_date": FIRST, "last_date": LAST, "human_alpha": 0.46, "judged": 20000}  # fmt: skip
        for dimension, segment, share, labels in places:
            own = about | {"dimension": dimension, "segment": segment, "labels": labels}
            middle = share + shift
            found += [
                own | {"method": "naive", "estimate": 0.2, "low": 0.198, "high": 0.202},
                own | {"method": "labels_only", "estimate": middle, "low": middle - 0.03,
                "high": middle + 0.03},
                own | {"method": "ppi", "estimate": middle, "low": middle - 0.02, "high": middle + 0.02,
                       "lambda": 0.6, "effective_labels": 1.4 * labels},
            ]  # fmt: skip
        few = about | {"dimension": "feature", "segment": "summarize", "labels": 12}
        found.append(few | {"method": "naive", "estimate": 0.2, "low": 0.19, "high": 0.21})
    return found


def versions() -> list[Record]:
    """One release with every verdict."""
    about = {"kind": "model", "from_version": "tutor-1", "to_version": "tutor-2", "basis": "concurrent",
             "first_date": RELEASE, "last_date": LAST}  # fmt: skip
    told = [("unsupported", "share", "down", 0.16, 0.10, -0.11, -0.01, "improvement"),
            ("rating_mean", "stars", "up", 3.9, 3.95, -0.02, 0.12, "no difference shown"),
            ("latency_p95_ms", "ms", "down", 5000.0, 6000.0, 900.0, 1100.0, "regression"),
            ("failure_share", "share", "down", 0.01, 0.012, None, None, "too few")]  # fmt: skip
    names = ("metric", "unit", "direction", "from_value", "to_value", "low", "high", "verdict")
    return [
        about
        | dict(zip(names, row, strict=True))
        | {"difference": row[4] - row[3], "from_n": 300, "to_n": 280}
        for row in told
    ]


def agreement() -> list[Record]:
    """α of two criteria, overall and by group."""
    return [
        {"criterion": criterion, "dimension": dimension, "segment": segment, "level": "nominal", "items": 500,
         "raters": 8, "ratings": 1600, "alpha": alpha, "alpha_low": alpha - 0.06, "alpha_high": alpha + 0.06,
         "human_ceiling": 0.87, "human_ceiling_low": 0.84, "human_ceiling_high": 0.9}
        for criterion, base in (("unsupported", 0.46), ("helpful", 0.59))
        for dimension, segment, alpha in (("overall", "all", base), ("rater_group", "teacher", base - 0.1),
                                          ("feature", "quiz", base))
    ]  # fmt: skip


def severity() -> list[Record]:
    """Six raters, one of them strict."""
    return [
        {"criterion": "helpful", "rater_id": rater, "rater_group": "teacher" if rater % 2 else "trained",
         "ratings": 200, "mean_score": 3.5, "severity": 0.1 * (rater - 3),
         "severity_low": 0.1 * (rater - 3) - 0.15,
         "severity_high": 0.1 * (rater - 3) + 0.15, "is_unusual": rater == 6}
        for rater in range(1, 7)
    ]  # fmt: skip


def calibration() -> list[Record]:
    """A judge that promises twice what it keeps."""
    about = {
        "judge": "detector",
        "criterion": "unsupported",
        "dimension": "overall",
        "segment": "all",
        "n": 700,
    }
    measures = {"auroc": (0.78, 0.74, 0.82), "sensitivity": (0.66, 0.6, 0.72),
    "specificity": (0.76, 0.73, 0.79),
                "calibration_gap": (-0.07, -0.09, -0.05), "kappa": (0.25, 0.2, 0.3)}  # fmt: skip
    found = [
        about | {"measure": name, "estimate": at, "low": low, "high": high}
        for name, (at, low, high) in measures.items()
    ]
    return found + [
        about | {"measure": "bin", "bin_low": at / 10, "bin_high": (at + 1) / 10, "estimate": at / 20,
                 "low": max(0.0, at / 20 - 0.03), "high": at / 20 + 0.03, "n": 70}
        for at in range(10)
    ]  # fmt: skip


def gap() -> list[Record]:
    """Teachers rate the same answers higher; the panel shows nothing."""
    told = [("user_ratings", "stars", "answer", 0.13, 0.02, 0.24, 0.05),
            ("panel", "helpful", "answer", -0.05, -0.3, 0.2, -0.07)]  # fmt: skip
    return [
        {"source": source, "criterion": criterion, "item": item, "dimension": "overall", "segment": "all",
         "first_mean": 4.1, "second_mean": 4.0, "raw_gap": raw, "raw_low": raw - 0.1, "raw_high": raw + 0.1,
         "within_item_gap": within, "gap_low": low, "gap_high": high, "items": 300, "first_raters": 90,
         "second_raters": 400}
        for source, criterion, item, within, low, high, raw in told
    ]  # fmt: skip


def drift() -> list[Record]:
    """One silent change of the newer model, found four days later."""
    about = {"kind": "product", "series": "unsupported_probability", "segment": "tutor-2", "n": 250}
    days = [RELEASE + timedelta(days=n) for n in range((LAST - RELEASE).days + 1)]
    return [
        about
        | {"event_date": day, "value": 0.23 if day >= CHANGED else 0.18, "expected": 0.18, "statistic": 1.0,
           "threshold": 3.5, "is_alarm": day == FOUND}
        | ({"change_date": CHANGED, "direction": "worse", "cause": "silent"} if day == FOUND else {})
        for day in days
    ]  # fmt: skip


def worst() -> list[Record]:
    """Twelve answers; the second one is hostile, in every text that a log may bring."""
    found = []
    for rank in range(1, 13):
        hostile = rank == 2
        output = HOSTILE if hostile else f"Paris is in Spain. It has {rank} rivers."
        found.append(
            {"rank": rank, "interaction_id": 9_000_000_000 + rank, "event_date": LAST,
             "feature": "<b>chat</b>" if hostile else "explain", "model_version": "tutor-2",
             "prompt_version": "prompt-2", "unsupported_probability": 1 - rank / 50,
             "source_text": HOSTILE if hostile else "Paris is in France.", "output_text": output,
             "spans": "[[0, 37]]" if hostile else "[[0, 18]]", "human_ratings": 3 if rank == 1 else 0,
             "human_unsupported_share": 2 / 3 if rank == 1 else None}
        )  # fmt: skip
    return found


def queue() -> list[Record]:
    """Three answers to label."""
    reasons = ("judge in doubt", "judge in doubt", "check of the rest")
    return [
        {"rank": at, "interaction_id": 9_100_000_000 + at, "event_date": LAST, "feature": "quiz",
         "model_version": "tutor-2", "unsupported_probability": 0.4, "sampling_probability": 0.01,
         "reason": reason}
        for at, reason in enumerate(reasons, 1)
    ]  # fmt: skip


WHOLE = {
    "llm_quality.rater_agreement": agreement,
    "llm_quality.rater_severity": severity,
    "llm_quality.judge_calibration": calibration,
    "llm_quality.prevalence": prevalence,
    "llm_quality.version_comparisons": versions,
    "llm_quality.satisfaction_gap": gap,
    "llm_quality.drift": drift,
    "llm_quality.labelling_queue": queue,
    "llm_quality.worst_answers": worst,
}


def rows_of(table: str) -> list[Record]:
    """Rows of a whole table as a page reads them: with every column."""
    return as_table(WHOLE[table](), SCHEMAS[table]).to_pylist()


def write_quality(lake: Lake, *, without: tuple[str, ...] = ()) -> None:
    """All tables of the page, but for some."""
    daily = {"llm_quality.quality_daily": quality_rows, "llm_quality.ratings_daily": ratings_rows}
    for table, made in daily.items():
        if table not in without:
            write_daily(lake, table, made())
    for table, made in WHOLE.items():
        if table not in without:
            schema: pa.Schema = SCHEMAS[table]
            lake.replace(table, [as_table(made(), schema)], schema)
