"""Each check of the churn tables is quiet on a clean log and finds the fault planted for it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.churn import CHECKS
from analytics_platform.churn.model_cards import model_cards
from analytics_platform.churn.scores import scores
from analytics_platform.churn.tables import SCORES
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform_tests.churn.conftest import Trained
from analytics_platform_tests.churn.leavers import DAYS
from analytics_platform_tests.derived_rows import day, days

Edit = Callable[[pl.DataFrame], pl.DataFrame]
WHOLE = days(0, DAYS - 1)
LAST = day(DAYS - 1)
FEATURES, CARDS, TABLE = "churn.features", "churn.model_cards", "churn.scores"


@pytest.fixture(scope="module")
def whole(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lake of the log with its cards and scores."""
    lake = trained.engine.lake
    snapshots = set(lake.days(FEATURES))
    lake.replace_days(TABLE, WHOLE, scores(trained.engine, trained.folder, WHOLE, snapshots), SCORES)
    cards = model_cards(trained.history, trained.cut_offs)
    lake.replace(CARDS, [cards], cards.schema)
    return Path(shutil.copytree(lake.root, tmp_path_factory.mktemp("whole") / "lake"))


@pytest.fixture
def lake(whole: Path, tmp_path: Path) -> Lake:
    return Lake(Path(shutil.copytree(whole, tmp_path / "lake")))


def change(lake: Lake, table: str, edit: Edit) -> None:
    schema = lake.snapshot([table]).tables[table].schema
    rows = edit(lake.scan(table).collect()).select(schema.names)
    if "event_date" in schema.names:
        lake.replace_days(table, WHOLE, [rows.sort("event_date").to_arrow().cast(schema)], schema)
    else:
        lake.replace(table, [rows.to_arrow().cast(schema)], schema)


def put(column: str, value: pl.Expr, where: pl.Expr | None = None) -> Edit:
    chosen = pl.lit(value=True) if where is None else where
    return lambda rows: rows.with_columns(pl.when(chosen).then(value).otherwise(column).alias(column))


def without(where: pl.Expr) -> Edit:
    return lambda rows: rows.filter(~where)


on_last = pl.col("event_date") == LAST
one_user = on_last & (pl.col("user_id") == pl.col("user_id").filter(on_last).min())
first_user = pl.col("user_id") == pl.col("user_id").min()
LEANING = 0.12
"""Added to every chance: with 700 users a day inside what one day may miss, outside what five may."""

psi = pl.col("metric") == "psi"
PLANTED = [
    (FEATURES, "unique_key", lambda rows: pl.concat([rows, rows.tail(1)])),
    (FEATURES, "features_are_of_their_day", put("active_days_28d", pl.lit(99), first_user)),
    (FEATURES, "features_are_of_their_day", put("recency_days", pl.lit(-1), first_user)),
    (FEATURES, "features_are_fresh", without(pl.col("event_date") == pl.col("event_date").max())),
    (FEATURES, "features_are_fresh", without(pl.col("event_date") == pl.col("event_date").min())),
    (TABLE, "one_score_per_user", without(one_user)),
    (TABLE, "one_score_per_user", lambda rows: pl.concat([rows, rows.filter(one_user)])),
    (TABLE, "one_score_per_user", put("probability", pl.lit(1.2), one_user)),
    (TABLE, "one_score_per_user", put("user_id", pl.lit(999_999), one_user)),
    (TABLE, "scores_know_no_future", put("model_cut_off_date", pl.lit(LAST), pl.col("event_date") < LAST)),
    (TABLE, "newest_day_is_scored", without(on_last)),
    (TABLE, "scores_come_true", put("probability", pl.lit(0.01))),
    (TABLE, "scores_come_true", put("probability", (pl.col("probability") + LEANING).clip(0, 1))),
    (CARDS, "users_are_like_those_trained_on", put("estimate", pl.lit(0.4), psi)),
    (CARDS, "brier_beats_base_rate", put("estimate", pl.lit(0.9), pl.col("metric") == "brier")),
]  # fmt: skip


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: f"{check.table}.{check.name}")
def test_every_check_is_quiet_on_a_clean_log(whole: Path, check: object):
    assert check.run(DuckDBEngine(Lake(whole)), WHOLE).examples() == []  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(("table", "name", "edit"), PLANTED)
def test_a_planted_fault_is_found(lake: Lake, table: str, name: str, edit: Edit):
    change(lake, table, edit)
    check = next(check for check in CHECKS if (check.table, check.name) == (table, name))
    assert not check.run(DuckDBEngine(lake), WHOLE).passed


def test_what_has_not_matured_is_not_asked(lake: Lake):
    change(lake, TABLE, put("probability", pl.lit(0.01)))
    check = next(check for check in CHECKS if check.name == "scores_come_true")
    first = lake.days(TABLE)[0]
    early = days(0, (first - day(0)).days + 27)
    assert check.run(DuckDBEngine(lake), early).passed
    assert not check.run(DuckDBEngine(lake), days(0, (first - day(0)).days + 28)).passed


def test_a_lean_of_many_days_is_found_though_no_day_misses_by_much(lake: Lake):
    check = next(check for check in CHECKS if check.name == "scores_come_true")
    change(lake, TABLE, put("probability", (pl.col("probability") + LEANING).clip(0, 1)))
    rows = check.run(DuckDBEngine(lake), WHOLE).examples()
    assert {row["span"] for row in rows} == {"five days"}


def test_a_silent_day_within_28_days_of_activity_has_its_snapshot(lake: Lake):
    """Nobody came on the day of a snapshot; users of the days before are asked about on it all the same."""
    check = next(check for check in CHECKS if check.name == "features_are_fresh")
    on = lake.days(FEATURES)[-2]
    change(lake, "activity.user_days", without(pl.col("event_date") == on))
    assert check.run(DuckDBEngine(lake), WHOLE).passed
    change(lake, FEATURES, without(pl.col("event_date") == on))
    assert [row["event_date"] for row in check.run(DuckDBEngine(lake), WHOLE).examples()] == [on]


def test_days_that_are_not_built_yet_are_not_asked(lake: Lake):
    later = days(0, DAYS + 27)
    for check in CHECKS:
        if check.name in ("features_are_fresh", "scores_come_true"):
            assert check.run(DuckDBEngine(lake), later).passed


def test_every_check_has_a_planted_fault():
    assert {(check.table, check.name) for check in CHECKS} == {(table, name) for table, name, _ in PLANTED}
