"""Columns of the tables of forecasts and their back-tests: types, and a sentence each."""

import pyarrow as pa

from analytics_platform.lakehouse.described import Columns, described

_TEXT, _WHOLE, _NUMBER, _FLAG, _DATE = pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32()


_SERIES: Columns = {
    "metric": (_TEXT, "Metric, as in `behaviour.kpi_daily`."),
    "dimension": (_TEXT, "overall or role."),
    "segment": (_TEXT, "Value of the dimension; `all` for overall."),
    "model": (_TEXT, "calendar_ets, ets, prophet, seasonal_naive or ensemble."),
}

FORECASTS = described(
    {
        **_SERIES,
        "made_on_date": (_DATE, "Last reporting day that the forecast knew."),
        "event_date": (_DATE, "Reporting day that is foreseen."),
        "horizon_days": (_WHOLE, "Days between the two (days)."),
        "forecast": (_NUMBER, "Median foreseen, in the metric's unit."),
        "low_50": (_NUMBER, "Lower limit of the 50 % interval; null where past errors are too few."),
        "high_50": (_NUMBER, "Upper limit of the 50 % interval."),
        "low_80": (_NUMBER, "Lower limit of the 80 % interval."),
        "high_80": (_NUMBER, "Upper limit of the 80 % interval."),
        "low_95": (_NUMBER, "Lower limit of the 95 % interval."),
        "high_95": (_NUMBER, "Upper limit of the 95 % interval."),
        "is_champion": (_FLAG, "Whether this model's forecast is the one to use."),
        "training_days": (_WHOLE, "Known days that it was made from (days)."),
        "reason": (_TEXT, "Why there are no intervals; null where there are."),
    }
)

BACKTESTS = described(
    {
        **_SERIES,
        "horizon_days": (_WHOLE, "Last day of the horizon week judged: 7, 14, 21 or 28; null: all together."),
        "owa": (_NUMBER, "M4's mean of sMAPE and MASE relative to seasonal naive; below 1 is better."),
        "mase": (_NUMBER, "Mean absolute error over the mean difference to the same weekday before."),
        "smape": (_NUMBER, "Mean of 2 |y − f| / (|y| + |f|), from 0 to 2."),
        "bias": (_NUMBER, "Mean relative error (geometric); above 0 foresees too much."),
        "interval_score_80": (
            _NUMBER,
            "Mean score of the 80 % intervals, over the scale of MASE; less is better.",
        ),
        "interval_score_95": (_NUMBER, "The same of the 95 % intervals."),
        "coverage_50": (
            _NUMBER,
            "Share of the days that 50 % intervals held, calibrated on earlier origins alone.",
        ),
        "coverage_80": (_NUMBER, "The same of the 80 % intervals."),
        "coverage_95": (_NUMBER, "The same of the 95 % intervals."),
        "origins": (_WHOLE, "Past days that forecasts were made from."),
        "origins_judged": (_WHOLE, "Those among them whose intervals could be calibrated and judged."),
        "first_origin_date": (_DATE, "Last day known at the first of them."),
        "seconds_per_fit": (_NUMBER, "CPU-seconds of a fit."),
        "is_champion": (_FLAG, "Whether this model's forecast is the one to use."),
        "is_default": (_FLAG, "Whether it is the one used where no other is clearly better."),
        "reason": (_TEXT, "Why the series has no forecast or no back-test; null where it has both."),
    }
)

CALENDAR = described(
    {
        "name": (_TEXT, "The event."),
        "kind": (_TEXT, "holiday, break, exam or release."),
        "country": (_TEXT, "Whom it concerns (ISO 3166); null: everybody."),
        "share": (_NUMBER, "Share of the active users whom it concerns."),
        "first_date": (_DATE, "Its first day, of those between the history's first and the forecast's last."),
        "last_date": (_DATE, "Its last day among them."),
    }
)

FORECASTS_TABLE, BACKTESTS_TABLE, CALENDAR_TABLE = (
    "forecasts.forecasts",
    "forecasts.backtests",
    "forecasts.calendar",
)
