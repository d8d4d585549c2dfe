"""`behaviour.kpi_daily` against each definition read off the user-days one by one."""

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_platform.behaviour import KPI_DAILY
from analytics_platform.lakehouse import DuckDBEngine, Lake, Window
from analytics_platform.metrics import METRICS
from analytics_platform_tests.behaviour.histories import HISTORIES, kpi_table
from analytics_platform_tests.derived_rows import billing_day, day, days, rows_of, user_day, write_user_days
from analytics_platform_tests.raw_rows import Row

RATIOS = [metric for metric in METRICS.values() if metric.is_ratio and metric.name in KPI_DAILY.columns]


def kpi_rows(rows: list[Row], *windows: Window) -> list[Row]:
    """Rows of the given windows (default: all days), in key order."""
    with TemporaryDirectory() as folder:
        lake = Lake(Path(folder))
        everything = write_user_days(lake, rows)
        found = [row for window in windows or (everything,) for row in rows_of(lake, KPI_DAILY, window)]
    return sorted(found, key=lambda row: (row["event_date"], row["dimension"], row["segment"]))


def overall(rows: list[Row], window: Window) -> list[Row]:
    return [row for row in kpi_rows(rows, window) if row["dimension"] == "overall"]


@settings(max_examples=15, deadline=None)
@given(HISTORIES)
def test_every_count_equals_its_definition(history: list[Row]):
    expected = kpi_table(history, max(row["event_date"] for row in history))
    found = kpi_rows(history)
    assert [{name: row[name] for name in expected[0]} for row in found] == expected


@settings(max_examples=8, deadline=None)
@given(HISTORIES, st.sets(st.integers(1, 64), max_size=4), st.randoms(use_true_random=False))
def test_any_cut_into_windows_in_any_order_gives_the_same_rows(
    history: list[Row], cuts: set[int], order: object
):
    last = max((row["event_date"] - day(0)).days for row in history)
    starts = [0, *sorted(cut for cut in cuts if cut <= last)]
    pieces = [days(a, b - 1) for a, b in zip(starts, [*starts[1:], last + 1], strict=True)]
    order.shuffle(pieces)  # pyright: ignore[reportAttributeAccessIssue]
    assert kpi_rows(history, *pieces) == kpi_rows(history)


@settings(max_examples=6, deadline=None)
@given(HISTORIES, st.integers(0, 64))
def test_a_day_never_looks_ahead(history: list[Row], until: int):
    known = [row for row in history if row["event_date"] <= day(until)]
    assert kpi_rows(known, days(0, until)) == kpi_rows(history, days(0, until))


def test_an_empty_day_has_rows_of_zero_for_every_segment_seen():
    rows = kpi_rows([user_day(1, 0), user_day(2, 3, country="FR")], days(0, 3))
    on_day_1 = {(row["dimension"], row["segment"]): row for row in rows if row["event_date"] == day(1)}
    assert set(on_day_1) == {
        ("overall", "all"), ("role", "student"), ("platform", "web"), ("country", "DE"), ("plan", "free")
    }  # fmt: skip
    assert {(row["dau"], row["wau"], row["sessions_per_user"]) for row in on_day_1.values()} == {(0, 1, None)}


def test_a_visit_counts_for_seven_and_twenty_eight_days():
    rows = overall([user_day(1, 0)], days(0, 40))
    assert [row["wau"] for row in rows] == [1] * 7 + [0] * 34
    assert [row["mau"] for row in rows] == [1] * 28 + [0] * 13


def test_nothing_is_known_before_the_first_user():
    assert kpi_rows([user_day(1, 5)], days(0, 4)) == []


def test_a_window_may_reach_past_the_last_event():
    assert [row["dau"] for row in overall([user_day(1, 0)], days(300, 302))] == [0, 0, 0]


def test_a_window_of_several_years_is_covered():
    rows = overall([user_day(1, 0)], days(0, 1500))
    assert len(rows) == 1501
    assert rows[-1]["event_date"] == day(1500)


def test_retention_counts_by_the_segment_of_the_first_day():
    rows = kpi_rows([user_day(1, 0, platform="web"), user_day(1, 7, platform="ios")], days(7, 7))
    found = {
        row["segment"]: (row["cohort_7d"], row["retained_7d"])
        for row in rows
        if row["dimension"] == "platform"
    }
    assert found == {"web": (1, 1), "ios": (0, 0)}


def test_a_user_of_two_platforms_counts_once_overall_and_once_for_each():
    rows = kpi_rows([user_day(1, 0, platform="web"), user_day(1, 1, platform="ios")], days(1, 1))
    assert {(r["segment"], r["wau"]) for r in rows if r["dimension"] in ("overall", "platform")} == {
        ("all", 1), ("web", 1), ("ios", 1)
    }  # fmt: skip


def test_a_trial_converts_up_to_its_twenty_eighth_day():
    trials = [user_day(n, 0, trial_starts=1) for n in (1, 2, 3)]
    paid = [
        billing_day(1, 0, conversions=1),
        billing_day(2, 28, conversions=1),
        billing_day(3, 29, conversions=1),
    ]
    same_day = {**trials[0], "conversions": 1}
    (row,) = overall([same_day, *trials[1:], *paid[1:]], days(28, 28))
    assert (row["trials_28d"], row["converted_28d"]) == (3, 2)
    assert row["conversion_rate"] == 2 / 3


def test_a_subscription_runs_from_conversion_to_cancellation():
    rows = [
        billing_day(1, 2, conversions=1),
        billing_day(1, 5, renewals=1),
        billing_day(1, 8, cancellations=1),
        billing_day(1, 10, conversions=1, cancellations=1),
        billing_day(1, 11, conversions=1),
    ]
    assert [row["active_subscribers"] for row in overall(rows, days(2, 12))] == [1] * 6 + [0, 0, 0, 1, 1]


def test_a_plan_changed_within_a_day_leaves_the_subscriber_as_before():
    rows = [billing_day(1, 0, conversions=1), billing_day(1, 3, conversions=1, cancellations=1)]
    assert [row["active_subscribers"] for row in overall(rows, days(0, 4))] == [1] * 5


def test_ratios_divide_their_counts_and_are_null_without_a_denominator():
    rows = kpi_rows([user_day(1, 0, ratings=4, rating_sum=15, ratings_4_plus=3), user_day(2, 40)])
    assert {len(row) for row in rows} == {len(KPI_DAILY.columns)}
    for row in rows:
        for metric in RATIOS:
            assert metric.denominator is not None
            whole = row[metric.denominator]
            assert row[metric.name] == (row[metric.numerator] / whole if whole else None)
    assert {row["rating_mean"] for row in rows} == {3.75, None}


def test_a_day_built_late_is_counted_in_the_days_after_it(tmp_path: Path):
    """Building the 1st and 3rd day first and the 2nd last gives the rows of building all at once."""
    rows = {offset: user_day(offset % 2, offset) for offset in (0, 1, 2)}
    whole, pieces = Lake(tmp_path / "whole"), Lake(tmp_path / "pieces")
    DuckDBEngine(whole).run(KPI_DAILY, write_user_days(whole, rows.values()))
    held: list[Row] = []
    for offset in (0, 2, 1):
        held.append(rows[offset])
        write_user_days(pieces, held)
        DuckDBEngine(pieces).run(KPI_DAILY, Window(day(offset), day(offset)))
    expected = whole.scan(KPI_DAILY.name).collect().sort("event_date", "dimension", "segment")
    assert pieces.scan(KPI_DAILY.name).collect().sort("event_date", "dimension", "segment").equals(expected)
