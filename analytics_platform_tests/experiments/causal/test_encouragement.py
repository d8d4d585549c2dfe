from datetime import date

import numpy as np
import polars as pl

from analytics_platform.experiments.causal.encouragement import quiz_encouragement
from analytics_platform.lakehouse import Window
from analytics_platform_tests.experiments.causal.test_adoption import Answers

DAYS = Window(date(2025, 9, 1), date(2026, 2, 27))


def rows(moved: float, n: int = 2_000) -> pl.DataFrame:
    draw = np.random.default_rng(0)
    kind, nudged = draw.random(n), np.arange(n) % 2 == 0
    quiz = (kind < 0.3) | ((kind < 0.3 + moved) & nudged)
    return pl.DataFrame(
        {
            "user_id": np.arange(n),
            "variant": np.where(nudged, "treatment", "control"),
            "followed_days": draw.integers(0, 40, n),
            "active_days": draw.poisson(3 + 2 * quiz),
            "has_quiz": quiz,
            "is_retained": draw.random(n) < 0.2,
        }
    )


def test_the_quiz_of_those_whom_the_nudge_moved_is_worth_two_days():
    found = quiz_encouragement(Answers(rows(0.4)), DAYS)  # pyright: ignore[reportArgumentType]
    cace = next(row for row in found.effects if row["method"] == "wald_cace")
    assert cace["is_recommended"]
    assert cace["effect_low"] < 2 < cace["effect_high"]
    assert next(row for row in found.diagnostics if row["item"] == "F statistic")["passed"]


def test_a_nudge_that_moves_nobody_is_told():
    found = quiz_encouragement(Answers(rows(0.0)), DAYS)  # pyright: ignore[reportArgumentType]
    cace = next(row for row in found.effects if row["method"] == "wald_cace")
    assert cace["effect"] is None
    assert "too little" in cace["reason"]
