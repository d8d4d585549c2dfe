"""What moved and why, on a planted world: exact values, planted causes, checks that find planted faults."""

from collections.abc import Callable
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from analytics_platform.behaviour.metric_changes import CHECKS, KEY, SCHEMA, TABLE, metric_changes
from analytics_platform.behaviour.metric_changes.faults import Known, gap_of
from analytics_platform.behaviour.metric_changes.measures import MEASURED, divide
from analytics_platform.behaviour.metric_changes.periods import Comparison
from analytics_platform.behaviour.metric_changes.words import worded
from analytics_platform.lakehouse import DuckDBEngine, Lake, Model
from analytics_platform.lakehouse.portability import violations
from analytics_platform_tests.behaviour.planted_world import DAYS, LAST_DAY, QUIET_DAY, planted, user_days
from analytics_platform_tests.derived_rows import build, change, day, days, user_day
from analytics_platform_tests.raw_rows import event, instant, user, write_raw

UTC = ZoneInfo("UTC")
SOURCES = Path(metric_changes.__code__.co_filename).parent


def changes(engine: DuckDBEngine, wrong: dict[str, list] | None = None) -> pl.DataFrame:
    return pl.DataFrame(metric_changes(engine, LAST_DAY, wrong or {}, UTC, has_experiments=True))


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> DuckDBEngine:
    return planted(Lake(tmp_path_factory.mktemp("changes") / "lake"))


@pytest.fixture(scope="module")
def found(engine: DuckDBEngine) -> pl.DataFrame:
    return changes(engine)


def total(found: pl.DataFrame, metric: str, comparison: str = "week") -> dict:
    rows = found.filter(comparison=comparison, metric=metric, dimension="overall", component="total").sort(
        "as_of_date"
    )
    return rows.to_dicts()[-1]


def test_values_are_those_of_the_days_one_by_one(found: pl.DataFrame):
    rows = [row for row in user_days() if row["is_active"]]
    for name, count in (("dau", lambda _: 1), ("events", lambda row: row["events"])):
        later, earlier = (
            sum(count(row) for row in rows if first <= (row["event_date"] - day(0)).days < first + 7) / 7
            for first in (DAYS - 7, DAYS - 14)
        )
        row = total(found, name)
        assert (row["before_value"], row["after_value"]) == pytest.approx((earlier, later))
        assert row["contribution"] == pytest.approx(later - earlier)


def test_every_metric_equals_the_kpis_of_the_same_days(engine: DuckDBEngine, found: pl.DataFrame):
    kpis = pl.DataFrame(engine.query("SELECT * FROM behaviour.kpi_daily WHERE dimension = 'overall'"))
    week = kpis.filter(pl.col("event_date") > day(DAYS - 8))
    for row in found.filter(comparison="week", dimension="overall", component="total").to_dicts():
        metric = MEASURED[row["metric"]]
        expected = week[metric.numerator].sum() / (week[metric.denominator].sum() if metric.is_ratio else 7)
        assert row["after_value"] == pytest.approx(expected), metric.name


def test_contributions_add_up_to_the_change_within_every_dimension(found: pl.DataFrame):
    group = ["comparison", "as_of_date", "metric"]
    whole = found.filter(dimension="overall", component="total").select(*group, change="contribution")
    for parts in (["total"], ["mix", "rate"]):
        sums = found.filter(pl.col("component").is_in(parts), pl.col("dimension") != "overall")
        sums = sums.group_by(*group, "dimension").agg(pl.col("contribution").sum()).join(whole, on=group)
        assert sums.height > 0
        assert (sums["contribution"] - sums["change"]).abs().max() < 1e-9 * max(
            1.0, whole["change"].abs().max()
        )


def test_the_planted_segment_is_named_as_the_driver(found: pl.DataFrame):
    row = total(found, "events")
    assert (row["driver_dimension"], row["driver_segment"], row["cause"]) == (
        "platform",
        "ios",
        "segment_shift",
    )
    assert row["is_notable"]
    assert "ios users" in row["sentence"]
    rates = found.filter(
        comparison="week", metric="events_per_session", dimension="platform", component="rate"
    )
    assert rates.filter("is_notable")["segment"].to_list() == ["ios"]


def test_the_quiet_day_is_found_and_moved_everywhere_alike(found: pl.DataFrame):
    row = total(found, "dau", "day")
    assert row["as_of_date"] == day(QUIET_DAY)
    assert row["robust_z"] < -3.5
    assert row["contribution_high"] < 0
    assert "fewer" in total(found, "sessions", "day")["sentence"]
    assert set(found.filter(comparison="day", metric="dau")["as_of_date"]) == {day(QUIET_DAY)}


def test_nothing_is_unusual_without_a_quiet_day(tmp_path: Path):
    engine = planted(Lake(tmp_path / "lake"), user_days(quiet_day=None))
    late = changes(engine).filter(comparison="day", metric="dau")
    assert late.is_empty()


def test_the_same_data_give_the_same_rows(engine: DuckDBEngine, found: pl.DataFrame):
    assert changes(engine).equals(found)
    assert found.columns == SCHEMA.names
    assert not found.select(KEY).is_duplicated().any()
    assert found["sentence"].null_count() == 0


def test_a_lake_of_few_days_has_no_rows_to_compare(tmp_path: Path):
    rows = [row for row in user_days() if row["event_date"] < day(3)]
    engine = planted(Lake(tmp_path / "lake"), rows)
    assert metric_changes(engine, day(2), {}, UTC, has_experiments=False).num_rows == 0


def test_people_of_a_class_are_one_cluster_and_small_segments_are_taken_together(engine: DuckDBEngine):
    rows = Comparison("week", LAST_DAY).counts(engine)
    alone = divide(rows, "country").totals
    taught = divide(rows.with_columns(classroom_id=pl.col("user_id") % 4), "country").totals
    assert taught.overall == pytest.approx(alone.overall)
    assert taught.clusters.max() <= 4 < alone.clusters.max()
    many = divide(rows.with_columns(country=pl.col("user_id").cast(pl.String)), "country")
    assert len(many.segments) == 12
    assert many.segments[-1] == "other"
    assert many.totals.overall == pytest.approx(alone.overall)


Lost = Callable[[str, int], bool]


def ios_at_six(platform: str, hour: int) -> bool:
    return (platform, hour) == ("ios", 18)


def hours(lake: Lake, lost: Lost) -> DuckDBEngine:
    """Thirty people on each of two platforms at 17, 18 and 19 o'clock of five Saturdays, one person later."""
    events = [
        event(instant(week * 7 + 5, f"{hour}:{person % 60:02d}"), person, platform=platform)
        for week in range(5)
        for platform, first in (("web", 0), ("ios", 100))
        for person in range(first, first + 30)
        for hour in (17, 18, 19)
        if not (week == 4 and lost(platform, hour))
    ]
    events.append(event(instant(36), 0))
    numbered = [{**row, "event_id": at} for at, row in enumerate(events)]
    people = sorted({row["user_id"] for row in numbered})
    write_raw(lake, events=numbered, users=[user(person) for person in people], window=days(0, 40))
    window = days(0, 40)
    return build(lake, window, "activity.events", "activity.sessions", "activity.user_days", "activity.users",
                 "behaviour.kpi_daily")  # fmt: skip


def test_a_silent_hour_is_called_a_gap_of_the_log_and_measured(tmp_path: Path):
    engine = hours(Lake(tmp_path / "lake"), ios_at_six)
    gap = gap_of(engine, day(33))
    assert gap is not None
    assert (gap.platforms, gap.missing_events) == (("ios",), pytest.approx(30.0))
    assert gap.words(UTC) == "ios logged nothing 18:00–19:00 (a logging gap, not behaviour)"
    wrong = {"no_silent_hours": [day(33)]}
    rows = pl.DataFrame(metric_changes(engine, day(33), wrong, UTC, has_experiments=False))
    row = rows.filter(comparison="day", metric="events", dimension="overall", component="total").to_dicts()[0]
    assert row["cause"] == "logging_gap"
    assert row["sentence"].startswith(
        "Feature uses fell by about 30 (16.7%) on Saturday 4 October 2025 because ios logged nothing "
        "18:00–19:00 (a logging gap, not behaviour)."
    )


@pytest.mark.parametrize(
    ("lost", "words"),
    [
        (lambda platform, _: platform == "ios", "ios logged nothing 17:00–20:00"),
        (lambda _, hour: hour > 17, "ios and web logged nothing 18:00–19:00"),
        (lambda *_: True, "ios and web logged nothing 18:00–19:00"),
    ],
    ids=["a platform", "an evening", "a day"],
)
def test_a_long_silence_is_called_a_gap(tmp_path: Path, lost: Lost, words: str):
    gap = gap_of(hours(Lake(tmp_path / "lake"), lost), day(33))
    assert gap is not None
    assert gap.words(UTC) == f"{words} (a logging gap, not behaviour)"
    assert gap.missing_events == pytest.approx(30.0 * len(gap.platforms) * len(gap.hours))


def test_a_gap_before_the_fifth_week_is_not_compared(tmp_path: Path):
    engine = hours(Lake(tmp_path / "lake"), ios_at_six)
    change(engine.lake, "behaviour.kpi_daily", lambda rows: rows.filter(pl.col("event_date") > day(5)))
    wrong = {"no_silent_hours": [day(33)]}
    rows = pl.DataFrame(metric_changes(engine, day(33), wrong, UTC, has_experiments=False))
    assert set(rows["comparison"]) == {"week"}


@pytest.mark.parametrize(("contribution", "words"), [(-0.02, "2.0 points less"), (0.02, "2.0 points more")])
def test_moving_unlike_all_is_more_or_less_by_its_sign(found: pl.DataFrame, contribution: float, words: str):
    rows = found.filter(comparison="week", metric="satisfied_share").to_dicts()
    excess = next(row for row in rows if row["component"] == "excess")
    row = {**excess, "before_value": 0.5, "after_value": 0.6, "contribution": contribution}
    told = worded([*rows, row], Comparison("week", LAST_DAY), Known())[-1]
    assert told["sentence"].endswith(f": 50.0% before, 60.0% after, {words} than by moving like all.")


def test_trials_of_the_days_before_are_followed_to_the_last_day_of_four_weeks(tmp_path: Path):
    bought = [(1, 5, 33), (2, 5, 34), (3, 19, 47), (4, 20, 40)]
    rows = [row for person, trial, paid in bought for row in (
        user_day(person, trial, trial_starts=1), user_day(person, paid, conversions=1))]  # fmt: skip
    rows += [user_day(9, offset) for offset in range(48)]
    counted = Comparison("week", day(46)).counts(planted(Lake(tmp_path / "lake"), rows))
    sums = counted.group_by("is_after").agg(pl.col("trials_28d", "converted_28d").sum() * 7).sort("is_after")
    assert sums.rows() == [(False, pytest.approx(2.0), pytest.approx(1.0)), (True, 0.0, 0.0)]


def test_a_day_like_the_others_has_no_gap(tmp_path: Path):
    assert gap_of(hours(Lake(tmp_path / "lake"), lambda *_: False), day(33)) is None


@pytest.mark.parametrize("name", ["counts", "silent_hours"])
def test_queries_are_portable(name: str):
    assert violations(Model.load(SOURCES / f"{name}.sql")) == []


def _raise(component: str) -> Callable[[pl.DataFrame], pl.DataFrame]:
    def edit(rows: pl.DataFrame) -> pl.DataFrame:
        hit = (pl.col("component") == component) & (pl.int_range(pl.len()).over("component") == 0)
        return rows.with_columns(
            pl.when(hit).then(pl.col("contribution") + 1).otherwise("contribution").alias("contribution")
        )

    return edit


FAULTS = [
    ("unique_key", lambda rows: pl.concat([rows, rows.head(1)])),
    *(("contributions_add_up", _raise(name)) for name in ("total", "mix", "numerator", "per_user")),
    ("changes_match_kpis", lambda rows: rows.with_columns(after_value=pl.col("after_value") * 1.5)),
]


@pytest.mark.parametrize(("name", "edit"), FAULTS)
def test_each_check_is_quiet_and_finds_its_planted_fault(
    engine: DuckDBEngine, found: pl.DataFrame, name: str, edit: Callable[[pl.DataFrame], pl.DataFrame]
):
    check = next(check for check in CHECKS if check.name == name)
    engine.lake.replace(TABLE, [found.to_arrow().cast(SCHEMA)], SCHEMA)
    assert check.run(engine, days(0, DAYS)).passed
    engine.lake.replace(TABLE, [edit(found).to_arrow().cast(SCHEMA)], SCHEMA)
    assert not check.run(engine, days(0, DAYS)).passed


@pytest.mark.parametrize("column", ["before_value", "after_value"])
def test_the_kpis_are_compared_for_every_metric(engine: DuckDBEngine, found: pl.DataFrame, column: str):
    check = next(check for check in CHECKS if check.name == "changes_match_kpis")
    edited = found.with_columns(pl.col(column) + 1)
    engine.lake.replace(TABLE, [edited.to_arrow().cast(SCHEMA)], SCHEMA)
    offending = pl.DataFrame(check.run(engine, days(0, DAYS)).offending)
    assert set(offending["metric"]) == set(found["metric"])
    assert set(offending["is_after"]) == {column == "after_value"}


def test_the_check_of_kpis_knows_every_measured_metric():
    sql = next(check.sql for check in CHECKS if check.name == "changes_match_kpis")
    assert [name for name in MEASURED if f"WHEN '{name}' THEN" not in sql] == []


def test_every_check_has_a_planted_fault():
    assert {check.name for check in CHECKS} == {name for name, _ in FAULTS}
