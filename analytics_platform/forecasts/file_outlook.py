"""What a file's series will be: every method back-tested, the champion's forecast with intervals."""

from collections.abc import Mapping, Sequence

import numpy as np

from analytics_platform.forecasts.accuracy import mean, owa
from analytics_platform.forecasts.backtest import ORIGINS, Score, back_test
from analytics_platform.forecasts.calendar import Calendar
from analytics_platform.forecasts.champion import champion
from analytics_platform.forecasts.models import BENCHMARK, DEFAULT, FAST, PROPHET, paths
from analytics_platform.forecasts.outlook import TOO_SHORT, Outlook, Row, forecast_rows, number, scored
from analytics_platform.forecasts.series import Series

METHODS = (*FAST, PROPHET)
ALL = "all series"
NO_OWA = "The last week again foresees everything: there is no error to compare with, and so no OWA."


def file_outlooks(
    series: Mapping[str, Series],
    calendar: Calendar,
    horizon: int,
    methods: Sequence[str] = METHODS,
    most: int = ORIGINS,
) -> dict[str, Outlook]:
    """Forecasts of each series, and their back-tests.

    Args:
        series: by name.
        calendar: events known beforehand.
        horizon: days ahead.
        methods: methods to try.
        most: origins of a back-test.
    """
    found: dict[str, Outlook] = {}
    for name, known in series.items():
        tests = back_test(known, calendar, methods, horizon, most)
        chosen = champion({method: test.losses for method, test in tests.items()}) if tests else DEFAULT
        found[name] = Outlook(known, paths(known, horizon, calendar, methods), tests, chosen)
    return found


def accuracy_rows(found: Mapping[str, Outlook]) -> list[Row]:
    """One row a series and method; of several series, one a method over all, as M4 sums them up."""
    rows: list[Row] = []
    scores: dict[str, list[tuple[Score, Score]]] = {}
    for name, outlook in found.items():
        for method in outlook.paths:
            row: Row = {"series": name, "model": method, "is_champion": method == outlook.champion}
            test = outlook.tests.get(method)
            if test is None:
                rows.append(row | {"origins": 0, "reason": TOO_SHORT})
                continue
            own, naive = outlook.score(method), outlook.score(BENCHMARK)
            scores.setdefault(method, []).append((own, naive))
            rows.append(
                row
                | scored(own)
                | {"origins": test.origins, "seconds_per_fit": test.seconds, "reason": _why_no_owa(own)}
            )
    if len(found) > 1:
        rows += [_over_all(method, pairs, found) for method, pairs in scores.items()]
    return rows


def _why_no_owa(own: Score) -> str | None:
    return None if np.isfinite(own.owa) else NO_OWA


def _over_all(method: str, pairs: list[tuple[Score, Score]], found: Mapping[str, Outlook]) -> Row:
    """Means over series; OWA is that of the mean errors."""

    def average(pick: str, whose: int = 0) -> float:
        return mean(np.array([getattr(pair[whose], pick) for pair in pairs]))

    errors = [average("smape"), average("mase"), average("smape", 1), average("mase", 1)]
    coverage = [mean(np.array([own.coverage[at] for own, _ in pairs])) for at in range(3)]
    tests = [outlook.tests[method] for outlook in found.values() if method in outlook.tests]
    return {
        "series": ALL,
        "model": method,
        "is_champion": None,
        "owa": number(owa(*errors)),
        "mase": number(errors[1]),
        "smape": number(errors[0]),
        "coverage_50": number(coverage[0]),
        "coverage_80": number(coverage[1]),
        "coverage_95": number(coverage[2]),
        "origins": sum(test.origins for test in tests),
        "origins_judged": sum(own.judged for own, _ in pairs),
    }


def path_rows(found: Mapping[str, Outlook]) -> list[Row]:
    """The champion's forecast of each series, day by day."""
    return [
        {"series": name, "event_date": row.pop("event_date"), **row}
        for name, outlook in found.items()
        for row in forecast_rows(name, ("", ""), outlook)
        if row["is_champion"]
    ]
