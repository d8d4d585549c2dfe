"""The default world has the moments of a real product, read off its raw rows as an analyst would."""

from datetime import date
from functools import cached_property

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from analytics_platform.simulation.calendar import Calendar
from analytics_platform.simulation.dynamics import Dynamics
from analytics_platform.simulation.tables import QUIZ
from analytics_platform_tests.simulation.conftest import Simulated, world_of


class Observed:
    """The default world as its log shows it: no bots, no billing events, each event once."""

    def __init__(self, simulated: Simulated) -> None:
        self.world = simulated.world
        users = simulated.frame("raw.users")
        events = simulated.frame("raw.events").unique("event_id")
        bots = events.group_by("user_id", "event_date").len().filter(pl.col("len") >= 500)["user_id"].unique()
        self.users = users.filter(~pl.col("user_id").is_in(bots.implode()))
        self.all = events.filter(~pl.col("user_id").is_in(bots.implode()))
        billing = ["subscribed", "renewed", "cancelled"]
        self.events = self.all.filter(~pl.col("event_name").is_in(billing)).join(
            self.users.select("user_id", "role", "country", "classroom_id", first=pl.col("event_date")),
            on="user_id",
        )
        self.days = self.events.select("user_id", "event_date", "country", "role", "first").unique()

    def retention(self, day: int) -> float:
        last = self.world.window.last_day
        cohort = self.users.filter(pl.col("event_date") + pl.duration(days=day) <= pl.lit(last)).height
        return (
            self.days.filter(pl.col("event_date") == pl.col("first") + pl.duration(days=day)).height / cohort
        )

    @cached_property
    def by_country(self) -> NDArray[np.float64]:
        """Active users, shape (countries, days)."""
        counts = np.zeros((len(self.world.parameters.countries), self.world.days))
        names = list(self.world.parameters.countries)
        for country, day, active in self.days.group_by("country", "event_date").len().iter_rows():
            counts[names.index(country), self.world.day(day)] = active
        return counts

    def ratio(self, of: NDArray[np.bool_], to: NDArray[np.bool_]) -> float:
        """Activity on some days relative to other days within a fortnight, in the same country."""
        above = below = 0.0
        for country, day in np.argwhere(of):
            if day < 20:
                continue
            near = np.arange(max(day - 14, 0), min(day + 15, self.world.days))
            near = near[to[country, near]]
            if len(near) >= 3:
                above += self.by_country[country, day]
                below += self.by_country[country, near].mean()
        return above / below

    def stickiness(self) -> float:
        days = sorted(self.days["event_date"].unique())
        sets = {day: set(part["user_id"]) for (day,), part in self.days.group_by("event_date")}
        shares = [
            len(sets[day])
            / len(set().union(*(sets[earlier] for earlier in days[position - 27 : position + 1])))
            for position, day in enumerate(days)
            if position >= 28
        ]
        return float(np.mean(shares))

    def depth(self, role: str) -> float:
        uses = self.events.filter((pl.col("event_name") == "feature_used") & (pl.col("role") == role))
        return uses.height / uses["session_id"].n_unique()


@pytest.fixture(scope="module")
def observed(default: Simulated) -> Observed:
    return Observed(default)


@pytest.fixture(scope="module")
def calendar(default: Simulated) -> Calendar:
    return Calendar(default.world)


def test_the_default_world_is_large_enough(default: Simulated) -> None:
    assert default.rows["raw.events"] >= 1_500_000
    assert default.world.window.first_day == date(2025, 9, 1)
    assert default.world.days == 180


@pytest.mark.parametrize(("day", "low", "high"), [(1, 0.28, 0.36), (7, 0.17, 0.24), (30, 0.09, 0.15)])
def test_new_users_return(observed: Observed, day: int, low: float, high: float) -> None:
    assert low <= observed.retention(day) <= high


def test_retention_falls_and_flattens(observed: Observed) -> None:
    curve = [observed.retention(day) for day in (1, 7, 14, 30, 60)]
    assert curve == sorted(curve, reverse=True)
    assert curve[0] - curve[1] > curve[2] - curve[3]


def test_daily_users_are_a_plausible_share_of_monthly_users(observed: Observed) -> None:
    assert 0.15 <= observed.stickiness() <= 0.25


def test_weekends_breaks_and_exams_show(observed: Observed, calendar: Calendar) -> None:
    weekend = np.broadcast_to(calendar.is_weekend, calendar.in_break.shape)
    plain = ~calendar.in_break & ~calendar.in_exams
    assert 0.55 <= observed.ratio(plain & weekend, plain & ~weekend) <= 0.75
    assert 0.30 <= observed.ratio(calendar.in_break & ~weekend, plain & ~weekend) <= 0.60
    assert 1.25 <= observed.ratio(calendar.in_exams & ~weekend, plain & ~weekend) <= 1.60


def test_teachers_prefer_weekdays(observed: Observed) -> None:
    share = observed.days.group_by("role").agg(
        (pl.col("event_date").dt.weekday() <= 5).mean().alias("weekdays")
    )
    by_role = dict(share.iter_rows())
    assert by_role["teacher"] > by_role["student"]


def test_teachers_go_twice_as_deep(observed: Observed) -> None:
    assert observed.depth("teacher") / observed.depth("student") == pytest.approx(2.0, abs=0.2)


def test_ratings_are_few_high_and_j_shaped(observed: Observed) -> None:
    stars = observed.all.filter(pl.col("event_name") == "rated")["llm_rating"]
    uses = observed.all.filter(pl.col("event_name") == "feature_used").height
    shares = np.bincount(stars, minlength=6)[1:] / len(stars)
    assert 0.08 <= len(stars) / uses <= 0.15
    assert 3.9 <= stars.mean() <= 4.2
    assert shares[4] > shares[3] > shares[1]
    assert shares[0] > shares[1]


def test_trials_convert_and_subscriptions_end(observed: Observed) -> None:
    counts = dict(observed.all["event_name"].value_counts().iter_rows())
    trial_days = observed.world.parameters.money.trial_days
    started = observed.all.filter(
        (pl.col("event_name") == "trial_started")
        & (pl.col("event_date") + pl.duration(days=trial_days) <= pl.lit(observed.world.window.last_day))
    ).height
    assert 0.08 <= counts["subscribed"] / started <= 0.12
    assert 0.04 <= counts["cancelled"] / (counts["cancelled"] + counts["renewed"]) <= 0.07


def test_classmates_are_alike(observed: Observed) -> None:
    """Intraclass correlation (one-way ANOVA) of students' engagement seconds."""
    cutoff = observed.world.date(observed.world.days - 28)
    students = observed.users.filter(
        pl.col("classroom_id").is_not_null() & (pl.col("role") == "student") & (pl.col("event_date") < cutoff)
    )
    totals = observed.events.group_by("user_id").agg(pl.col("engagement_seconds").sum())
    frame = students.join(totals, on="user_id", how="left").fill_null(0.0)
    groups = frame.group_by("classroom_id").agg(
        pl.len().alias("n"),
        pl.col("engagement_seconds").mean().alias("mean"),
        pl.col("engagement_seconds").var(0),
    )
    n, mean, variance = (groups[name].to_numpy() for name in ("n", "mean", "engagement_seconds"))
    total, count = n.sum(), len(n)
    between = (n * (mean - frame["engagement_seconds"].mean()) ** 2).sum() / (count - 1)
    within = (n * variance).sum() / (total - count)
    size = (total - (n**2).sum() / total) / (count - 1)
    assert 0.10 <= (between - within) / (between + (size - 1) * within) <= 0.20


def test_few_users_make_most_events(observed: Observed) -> None:
    uses = observed.all.filter(pl.col("event_name") == "feature_used").group_by("user_id").len()["len"]
    cumulative = np.cumsum(np.sort(uses.to_numpy())[::-1])
    users = np.searchsorted(cumulative, 0.8 * cumulative[-1])
    assert 0.15 <= users / observed.users.height <= 0.25


def test_early_quizzers_stay_more_often_than_quizzes_cause() -> None:
    """Naive association about +18 %; the planted cause is about a third of it (see test_truth).

    A large world, because at 20,000 users the naive figure itself has a standard error of 6 points.
    """
    dynamics = Dynamics(world_of(users=100_000))
    people, state, days = dynamics.people, dynamics.start(), dynamics.world.days
    quizzed, back = np.zeros(people.size, dtype=bool), np.zeros(people.size, dtype=bool)
    for day in range(days):
        uses = dynamics.live(state).uses
        signup_day = people.signup_day[uses.users]
        quizzers = np.unique(uses.owner[uses.feature == QUIZ])
        quizzed[uses.users[quizzers][signup_day[quizzers] == day]] = True
        back[uses.users[signup_day == day - 30]] = True
    asked = (people.signup_day < days - 30) & ~people.is_bot
    naive = back[asked & quizzed].mean() / back[asked & ~quizzed].mean() - 1
    assert naive == pytest.approx(0.18, abs=0.05)
