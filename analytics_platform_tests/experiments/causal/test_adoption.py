"""Adoption on drawn users whose taste for quizzes brings them back, quiz or not."""

from datetime import date, timedelta

import numpy as np
import polars as pl

from analytics_platform.experiments.causal.adoption import adopters_of, quiz_adoption
from analytics_platform.lakehouse import Window

DAYS = Window(date(2025, 9, 1), date(2026, 2, 27))


class Answers:
    """An engine that answers every query with the same rows."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self.rows = rows

    def query(self, *_: object):
        return self.rows.to_arrow()


def users(n: int = 4_000, effect: float = 0.1) -> pl.DataFrame:
    draw = np.random.default_rng(0)
    leaning = draw.beta(1, 2, size=n)
    uses = draw.integers(1, 12, size=n)
    quizzes = draw.binomial(uses, leaning)
    chance = 0.1 + 0.5 * leaning + effect * (quizzes > 0)
    return pl.DataFrame(
        {
            "user_id": np.arange(n),
            "signup_date": [date(2025, 9, 12) + timedelta(int(day)) for day in draw.integers(0, 60, n)],
            "role": draw.choice(["student", "teacher"], n),
            "country": draw.choice(["DE", "US"], n),
            "platform": ["web"] * n,
            "channel": ["none"] * n,
            "classroom_id": pl.Series(np.where(np.arange(n) % 2, np.arange(n) // 40, -1)).replace(-1, None),
            "uses": uses,
            "sessions": draw.integers(1, 3, n),
            "quiz_uses": quizzes,
            "is_retained": draw.random(n) < chance,
        }
    )


def test_equal_taste_mends_what_measured_covariates_do_not():
    found = quiz_adoption(Answers(users()), DAYS, DAYS.first_day)  # pyright: ignore[reportArgumentType]
    rows = {(row["analysis_id"], row["method"]): row for row in found.effects}
    assert len(rows) == 6
    for method in ("naive", "regression", "ipw", "aipw", "dml"):
        assert rows["quiz_adoption", method]["effect"] > 0.17
    best = rows["quiz_adoption_at_equal_taste", "regression"]
    assert best["is_recommended"]
    assert best["effect_low"] < 0.1 < best["effect_high"]
    assert {row["diagnostic"] for row in found.diagnostics} == {
        "overlap",
        "balance",
        "e_value",
        "robustness_value",
        "placebo_outcome",
    }


def test_classmates_share_a_cluster_and_lone_users_have_their_own():
    people = adopters_of(users(400))
    in_class = np.arange(400) % 2 == 1
    assert len(np.unique(people.clusters[in_class])) == 10
    assert len(np.unique(people.clusters[~in_class])) == 200
    assert np.isnan(people.placebo[~in_class]).all()


def test_outcomes_all_alike_are_told():
    rows = users().with_columns(is_retained=pl.lit(value=False))
    found = quiz_adoption(Answers(rows), DAYS, DAYS.first_day)  # pyright: ignore[reportArgumentType]
    assert all("or none" in row["reason"] for row in found.effects)
