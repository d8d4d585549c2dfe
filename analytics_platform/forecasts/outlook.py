"""What a family of series will be: forecasts of every method, made to add up, judged, with intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from analytics_platform.forecasts.backtest import HORIZON, ORIGINS, BackTest, Score, back_test, score
from analytics_platform.forecasts.calendar import Calendar
from analytics_platform.forecasts.champion import champion
from analytics_platform.forecasts.conformal import LEVELS, Bands, bands
from analytics_platform.forecasts.models import BENCHMARK, DEFAULT, paths
from analytics_platform.forecasts.product_series import OVERALL, Segment, why_not
from analytics_platform.forecasts.reconcile import reconciled
from analytics_platform.forecasts.series import Series, Values

WEEK = 7

Row = dict[str, Any]

TOO_SHORT = "The history is too short for a back-test, and so for intervals."


@dataclass(frozen=True)
class Outlook:
    """One series and what every method makes of it.

    Attributes:
        series: what is known.
        paths: foreseen medians by method, each of shape (horizon,).
        tests: back-tests by method; none where the series is too short.
        champion: the method to use.
    """

    series: Series
    paths: Mapping[str, Values]
    tests: Mapping[str, BackTest]
    champion: str

    def bands(self, method: str) -> Bands | None:
        """Intervals of a method; None without a back-test."""
        test = self.tests.get(method)
        if test is None:
            return None
        return bands(self.paths[method], test.forecasts, test.actual, test.scale)

    def score(self, method: str, days: slice = slice(None)) -> Score:
        """Accuracy of a method; only where there are back-tests."""
        return score(self.tests[method], self.tests[BENCHMARK], days)


def outlooks(
    family: Mapping[Segment, Series],
    calendar: Calendar,
    methods: Sequence[str],
    *,
    adds_up: bool,
    most: int = ORIGINS,
) -> dict[Segment, Outlook]:
    """Forecast, back-test and judge series that belong together; those that cannot be are left out.

    Args:
        family: overall and its parts, over the same days.
        calendar: events known beforehand.
        methods: methods to try.
        adds_up: whether the parts sum to the total; then forecasts and back-tests are made to, and one
            champion serves all, so that the forecasts to use add up as well.
        most: origins of a back-test.
    """
    known = {segment: series for segment, series in family.items() if why_not(series) is None}
    found: dict[Segment, Outlook] = {}
    for segment, series in known.items():
        tests = back_test(series, calendar, methods, HORIZON, most)
        trimmed = series.trimmed()
        gap = len(series) - len(trimmed)
        ahead = paths(trimmed, HORIZON + gap, calendar, methods)
        losses = {name: test.losses for name, test in tests.items()}
        chosen = champion(losses) if tests else DEFAULT
        found[segment] = Outlook(series, {name: path[gap:] for name, path in ahead.items()}, tests, chosen)
    if adds_up and OVERALL in found and len(found) > 1 and len(found) == len(family):
        return _adding_up(found, methods)
    return found


def _adding_up(found: Mapping[Segment, Outlook], methods: Sequence[str]) -> dict[Segment, Outlook]:
    parts = [segment for segment in found if segment != OVERALL]
    ordered = [OVERALL, *parts]
    # Of a back-test, what was known at each origin; the scale of errors and the calendar's weights by country
    # are those of everything known.
    variances = np.array([_variance(found[segment].series) for segment in ordered])
    new_paths: dict[Segment, dict[str, Values]] = {segment: {} for segment in ordered}
    new_tests: dict[Segment, dict[str, BackTest]] = {segment: {} for segment in ordered}
    for method in methods:
        moved = _moved([found[segment].paths[method] for segment in ordered], variances)
        for segment, path in zip(ordered, moved, strict=True):
            new_paths[segment][method] = path
        tests = [found[segment].tests.get(method) for segment in ordered]
        known = [test for test in tests if test is not None]
        if len(known) == len(ordered) and len({test.sizes for test in known}) == 1:
            series = [found[segment].series for segment in ordered]
            moved = _moved_then([test.forecasts for test in known], series, known[0].sizes)
            for segment, test, forecasts in zip(ordered, known, moved, strict=True):
                new_tests[segment][method] = test.replaced(forecasts)
    losses = {
        method: _mean_known(np.array([new_tests[segment][method].losses for segment in ordered]))
        for method in new_tests[OVERALL]
    }
    chosen = champion(losses) if losses else DEFAULT
    return {
        segment: Outlook(found[segment].series, new_paths[segment], new_tests[segment], chosen)
        for segment in ordered
    }


def _moved(base: Sequence[Values], variances: Values) -> list[Values]:
    total, parts = reconciled(base[0], np.array(base[1:]), variances)
    return [total, *parts]


def _moved_then(base: Sequence[Values], series: Sequence[Series], sizes: Sequence[int]) -> list[Values]:
    """Past forecasts made to add up by what was known at each origin; each of shape (origins, horizon)."""
    by_origin = [
        _moved(
            [forecasts[at] for forecasts in base], np.array([_variance(each.until(size)) for each in series])
        )
        for at, size in enumerate(sizes)
    ]
    return [np.array(forecasts) for forecasts in zip(*by_origin, strict=True)]


def _mean_known(losses: Values) -> Values:
    """Mean over series from each origin, of shape (origins,); one that was silent until then has none."""
    is_known = np.isfinite(losses)
    count = is_known.sum(axis=0)
    return np.where(count > 0, np.where(is_known, losses, 0.0).sum(axis=0) / np.maximum(count, 1), np.nan)


def _variance(series: Series) -> float:
    differences = (
        np.diff(series.values[::1], n=1)
        if len(series) <= WEEK
        else series.values[WEEK:] - series.values[:-WEEK]
    )
    return float(np.nanmean(differences**2)) + 1e-9


def forecast_rows(metric: str, segment: Segment, outlook: Outlook) -> list[Row]:
    """Rows of `forecasts.forecasts`."""
    series = outlook.series
    rows: list[Row] = []
    for method, path in outlook.paths.items():
        limits = outlook.bands(method)
        for at, value in enumerate(path):
            row = _key(metric, segment, method) | {
                "made_on_date": series.last_day,
                "event_date": series.last_day + timedelta(days=at + 1),
                "horizon_days": at + 1,
                "forecast": float(value),
                "is_champion": method == outlook.champion,
                "training_days": series.known,
                "reason": TOO_SHORT if limits is None else None,
            }
            if limits is not None:
                for place, level in enumerate(LEVELS):
                    row[f"low_{level * 100:.0f}"] = number(limits.low[place, at])
                    row[f"high_{level * 100:.0f}"] = number(limits.high[place, at])
            rows.append(row)
    return rows


def test_rows(metric: str, segment: Segment, outlook: Outlook) -> list[Row]:
    """Rows of `forecasts.backtests`: each method over all the horizon, and over each week of it."""
    rows: list[Row] = []
    for method in outlook.paths:
        facts = _key(metric, segment, method) | {
            "is_champion": method == outlook.champion,
            "is_default": method == DEFAULT,
        }
        test = outlook.tests.get(method)
        if test is None:
            rows.append(facts | {"reason": TOO_SHORT})
            continue
        facts |= {
            "origins": test.origins,
            "first_origin_date": outlook.series.first_day + timedelta(days=test.sizes[0] - 1),
            "seconds_per_fit": test.seconds,
        }
        spans: list[tuple[int | None, slice]] = [(None, slice(None))]
        spans += [(last, slice(last - WEEK, last)) for last in range(WEEK, HORIZON + 1, WEEK)]
        rows += [facts | {"horizon_days": last} | scored(outlook.score(method, days)) for last, days in spans]
    return rows


def missing_row(metric: str, segment: Segment, reason: str) -> Row:
    """The row of `forecasts.backtests` that says why a series has no forecast."""
    return _key(metric, segment, DEFAULT) | {
        "is_champion": False,
        "is_default": True,
        "origins": 0,
        "reason": reason,
    }


def scored(found: Score) -> Row:
    """A score as columns."""
    return {
        "owa": number(found.owa),
        "mase": number(found.mase),
        "smape": number(found.smape),
        "bias": number(found.bias),
        "interval_score_80": number(found.interval_scores[1]),
        "interval_score_95": number(found.interval_scores[2]),
        "coverage_50": number(found.coverage[0]),
        "coverage_80": number(found.coverage[1]),
        "coverage_95": number(found.coverage[2]),
        "origins_judged": found.judged,
    }


def number(value: float) -> float | None:
    """A finite number, else None."""
    return float(value) if np.isfinite(value) else None


def _key(metric: str, segment: Segment, method: str) -> Row:
    return {"metric": metric, "dimension": segment[0], "segment": segment[1], "model": method}
