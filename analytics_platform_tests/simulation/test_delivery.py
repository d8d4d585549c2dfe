"""What the log does to events on their way."""

from collections import Counter

import polars as pl
import pytest

from analytics_platform.simulation.calendar import day_start
from analytics_platform_tests.simulation.conftest import Simulated, simulated, world_of

HOUR = pl.duration(hours=1)


@pytest.fixture(scope="module")
def events(default: Simulated) -> pl.DataFrame:
    return default.frame("raw.events").with_columns(
        delay=pl.col("received_at") - pl.col("event_time"), hour=pl.col("event_time").dt.hour()
    )


def test_rows_are_sorted_by_user_time_and_id(events: pl.DataFrame) -> None:
    for (_,), day in events.filter(pl.col("event_date").dt.day() == 3).group_by(
        "event_date", maintain_order=True
    ):
        key = day.select("user_id", "event_time", "event_id")
        assert key.equals(key.sort("user_id", "event_time", "event_id"))


def test_few_events_are_late_and_fewer_very_late(events: pl.DataFrame) -> None:
    first = events.unique("event_id", keep="first")
    assert first.select((pl.col("delay") > HOUR).mean()).item() == pytest.approx(0.02, abs=0.002)
    assert first.select((pl.col("delay") > 24 * HOUR).mean()).item() == pytest.approx(0.003, abs=0.0005)
    assert first["delay"].max().days <= 7


def test_one_event_in_two_hundred_comes_twice_and_one_day_has_a_storm(
    events: pl.DataFrame, default: Simulated
) -> None:
    storm = default.world.date(default.world.parameters.delivery.duplicate_day)
    shares = events.group_by("event_date").agg(share=1 - pl.col("event_id").n_unique() / pl.len())
    by_day = dict(shares.iter_rows())
    assert by_day.pop(storm) == pytest.approx(0.3 / 1.3, abs=0.02)
    assert sum(by_day.values()) / len(by_day) == pytest.approx(0.005, abs=0.001)


def test_a_second_delivery_comes_after_the_first_and_says_the_same(events: pl.DataFrame) -> None:
    doubled = events.filter(pl.col("event_id").is_duplicated())
    same = [name for name in events.columns if name not in ("received_at", "delay")]
    assert doubled.select(same).unique().height == doubled.height / 2
    gaps = doubled.group_by("event_id").agg(pl.col("received_at").max() - pl.col("received_at").min())
    assert gaps["received_at"].min().total_seconds() > 0


def test_one_hour_is_lost_on_all_platforms_but_one(events: pl.DataFrame, default: Simulated) -> None:
    faults = default.world.parameters.delivery
    day = default.world.date(faults.outage_day)
    right_clocks = events.filter((pl.col("event_date") == day) & (pl.col("delay") >= pl.duration(seconds=0)))
    hour = right_clocks.filter(pl.col("hour") == faults.outage_hour)
    assert set(hour["platform"]) == {faults.outage_spared}
    before = events.filter((pl.col("event_date") == day) & (pl.col("hour") == faults.outage_hour - 1))
    assert set(before["platform"]) == {"web", "ios", "android"}


def test_the_lost_hour_lost_events_but_not_the_calls_behind_them(default: Simulated) -> None:
    day = default.world.date(default.world.parameters.delivery.outage_day)
    uses = default.lake.scan("raw.events").filter(
        (pl.col("event_date") == day) & (pl.col("event_name") == "feature_used")
    )
    calls = default.lake.scan("raw.interactions").filter(pl.col("event_date") == day)
    known = uses.select("interaction_id").unique().drop_nulls()
    lost = calls.join(known, on="interaction_id", how="anti").collect()
    assert lost.height > 20
    assert set(lost["requested_at"].dt.hour()) == {default.world.parameters.delivery.outage_hour}


def test_clocks_of_some_users_of_one_platform_are_fast(events: pl.DataFrame, default: Simulated) -> None:
    early = events.filter(pl.col("delay") < pl.duration(seconds=0))
    assert set(early["platform"]) == {default.world.parameters.delivery.skew_platform}
    users = events.filter(pl.col("platform") == "android")["user_id"].n_unique()
    assert early["user_id"].n_unique() / users == pytest.approx(0.04, abs=0.01)


def test_two_bots_never_sleep(events: pl.DataFrame) -> None:
    hours = events.group_by("user_id", "event_date").agg(pl.col("hour").n_unique(), pl.len())
    sleepless = hours.filter((pl.col("hour") == 24) & (pl.col("len") >= 600))
    assert sleepless["user_id"].n_unique() == 2


def test_ratings_and_uses_share_an_interaction(events: pl.DataFrame) -> None:
    uses = events.filter(pl.col("event_name") == "feature_used").select(
        "interaction_id", "feature", "session_id"
    )
    rated = events.filter(pl.col("event_name") == "rated").unique("event_id")
    matched = rated.join(uses.unique(), on=["interaction_id", "feature", "session_id"])
    assert matched.height / rated.height > 0.998  # the rest were rated after their use was lost


def test_each_user_signs_up_once_as_the_register_says(default: Simulated, events: pl.DataFrame) -> None:
    signed = events.filter(pl.col("event_name") == "signed_up").unique("event_id")
    register = default.frame("raw.users")
    assert Counter(signed["user_id"].value_counts()["count"]) == Counter({1: signed.height})
    assert signed.join(register, on=["user_id", "event_date"]).height == signed.height
    assert register.height - signed.height < 30  # lost in the outage


def test_a_day_of_25_hours_keeps_events_inside_it(tmp_path: pytest.TempPathFactory) -> None:
    world = world_of(users=400, days=60, timezone="Europe/London")
    rows = simulated(tmp_path, world).frame("raw.events")
    local = rows["event_time"].dt.convert_time_zone("Europe/London").dt.date()
    assert (local == rows["event_date"]).all()


def test_ids_of_days_never_meet(small: Simulated) -> None:
    rows = small.frame("raw.events").unique("event_id")
    start = rows["event_id"].to_numpy() >> 32
    assert (start == rows["event_date"].cast(pl.Int32).to_numpy()).all()
    assert day_start(small.world, small.world.first_day) == 1_756_684_800_000_000
