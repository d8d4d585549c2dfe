"""A small lake of LLM quality with a planted truth: two models, a release, a bad spell, experts."""

from typing import Any

import numpy as np
import polars as pl

from analytics_platform.activity import MODELS as ACTIVITY
from analytics_platform.lakehouse import DuckDBEngine, Lake
from analytics_platform.llm_quality import MODELS
from analytics_platform.llm_quality.interaction_scores import SCHEMA as SCORES
from analytics_platform.llm_quality.judgements import SCHEMA as JUDGEMENTS
from analytics_platform_tests.derived_rows import days
from analytics_platform_tests.raw_rows import Row, event, instant, interaction, user, write_raw

DAYS, A_DAY, USERS = 60, 60, 240
RELEASE, BAD_SPELL = 30, 45
"""Offsets of the day from which `m2` answers beside `m1`, and of the day from which `m1` errs more."""

WHOLE = days(0, DAYS - 1)
LABELLED_A_DAY = 6
RATERS = {"teacher": range(1, 7), "trained": range(7, 10)}
TEACHER_STARS = 0.8
"""By how much teachers rate the same answer higher than students; few ratings reach an end of the scale."""


class QualityLog:
    """Rows of the log, the same at every construction; `truth` tells which answers are unsupported."""

    def __init__(self, seed: int = 3) -> None:
        self.random = np.random.default_rng(seed)
        self.interactions: list[Row] = []
        self.events: list[Row] = []
        self.ratings: list[Row] = []
        self.scores: list[dict[str, Any]] = []
        self.truth: dict[int, bool] = {}
        self.users = [
            user(number, instant(0), role="teacher" if number % 4 == 0 else "student")
            for number in range(1, USERS + 1)
        ]
        for day in range(DAYS):
            for number in range(A_DAY):
                self._answer(day, number)

    def _answer(self, day: int, number: int) -> None:
        random, interaction_id = self.random, 1000 * day + number + 1
        who = int(random.integers(1, USERS + 1))
        model = "m2" if day >= RELEASE and who % 2 else "m1"
        share = 0.1 if model == "m2" else 0.25 + 0.45 * (day >= BAD_SPELL)
        feature = ("summarize", "quiz")[number % 2]
        is_wrong = bool(random.random() < share)
        self.truth[interaction_id] = is_wrong
        status = "ok" if random.random() < 0.95 else "refused"
        self.interactions.append(
            interaction(
                interaction_id,
                instant(day),
                who,
                feature=feature,
                model_version=model,
                prompt_version="p1",
                status=status,
                latency_ms=int(random.lognormal(6.8 + 0.4 * (model == "m2"), 0.3)),
                source_text="A note.",
                output_text=f"An answer, {2 * (interaction_id % 40) + is_wrong}.",
            )
        )
        # The detector is sharp but too sure: its mean is far from the share.
        chance = float(np.clip(random.normal(0.7 if is_wrong else 0.45, 0.1), 0.01, 0.99))
        self.scores.append(
            {
                "event_date": days(day, day).first_day,
                "interaction_id": interaction_id,
                "user_id": who,
                "feature": feature,
                "model_version": model,
                "prompt_version": "p1",
                "content_hash": 2 * (interaction_id % 40) + is_wrong,
                "scorer_version": "test",
                "unsupported_probability": chance,
                "is_flagged": chance >= 0.55,
                "worst_start": 0,
                "worst_end": 9,
                "words": int(random.integers(20, 80)),
            }
        )
        if number < 20:
            self._stars(day, interaction_id, who, is_wrong=is_wrong)
        if number < LABELLED_A_DAY:
            self._experts(day, interaction_id, is_wrong=is_wrong)

    def _stars(self, day: int, interaction_id: int, who: int, *, is_wrong: bool) -> None:
        felt = 2.9 - 0.8 * is_wrong + TEACHER_STARS * (who % 4 == 0) + self.random.normal(0, 0.4)
        stars = int(np.clip(round(felt), 1, 5))
        at = instant(day, "13:00")
        self.events.append(
            event(at, who, "rated", feature="quiz", llm_rating=stars, interaction_id=interaction_id)
        )

    def _experts(self, day: int, interaction_id: int, *, is_wrong: bool) -> None:
        teachers = self.random.choice(list(RATERS["teacher"]), 2, replace=False)
        trained = self.random.choice(list(RATERS["trained"]), 2, replace=False)
        for rater in (*teachers, *trained):
            is_said = is_wrong if self.random.random() < 0.9 else not is_wrong
            # The first teacher is severe on help, by a star.
            helpful = 4 - 1.5 * is_wrong - (rater == 1) + self.random.normal(0, 0.4)
            for criterion, score in (("unsupported", float(is_said)), ("helpful", round(helpful))):
                self.ratings.append(
                    {
                        "interaction_id": interaction_id,
                        "rater_id": int(rater),
                        "rater_group": "teacher" if rater in RATERS["teacher"] else "trained",
                        "criterion": criterion,
                        "score": float(np.clip(score, 0, 5)),
                        "rated_at": instant(day, "15:00"),
                        "event_date": days(day, day).first_day,
                    }
                )


def write_quality(lake: Lake, log: QualityLog) -> DuckDBEngine:
    """Raw rows, events, scores, and the daily tables of LLM quality."""
    write_raw(
        lake,
        events=log.events,
        users=log.users,
        interactions=log.interactions,
        human_ratings=log.ratings,
        window=WHOLE,
    )
    engine = DuckDBEngine(lake, {})
    engine.run(ACTIVITY["activity.events"], WHOLE)
    filled = [{name: row.get(name) for name in SCORES.names} for row in log.scores]
    scores = pl.DataFrame(filled, schema=pl.DataFrame(SCORES.empty_table()).schema).to_arrow().cast(SCORES)
    lake.replace_days("llm_quality.interaction_scores", WHOLE, [scores], SCORES)
    lake.replace_days("llm_quality.judgements", WHOLE, [], JUDGEMENTS)
    for model in MODELS.values():
        engine.run(model, WHOLE)
    return engine
