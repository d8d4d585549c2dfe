"""The panel: teachers and trained raters who judge a random sample of the kept texts.

A rater sees an answer's value (its quality, what an error costs it, a taste that all raters share) through
an own severity and noise. Unsupported claims are noticed with the rater's sensitivity; sound answers pass
with the rater's specificity.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics_platform.event_contract import HUMAN_RATINGS
from analytics_platform.simulation import draws
from analytics_platform.simulation.calendar import day_start
from analytics_platform.simulation.captures import Captures
from analytics_platform.simulation.dynamics import Day
from analytics_platform.simulation.interactions import OK
from analytics_platform.simulation.tables import QUIZ, TICKS
from analytics_platform.simulation.text import FORMAT_FAILURE, HARMLESS, write_text
from analytics_platform.simulation.text_parameters import RaterGroup
from analytics_platform.simulation.world import World

MICROS_PER_TICK = 1_000_000 // TICKS
LONGEST_DELAY_MICROS = 2 * 86_400 * 1_000_000
GROUPS = ("teacher", "trained")
CRITERIA = ("unsupported", "helpful", "acceptable")

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Raters:
    """The experts, each of shape (raters,).

    Attributes:
        group: position among `GROUPS`.
        severity: by how much a rater sees answers worse than they are, in units of quality.
        sensitivity: chance to notice an unsupported claim.
        specificity: chance to pass an answer without one.
        noise_sd: spread of judgement from look to look, in units of quality.
    """

    group: Ints
    severity: Floats
    sensitivity: Floats
    specificity: Floats
    noise_sd: Floats

    @property
    def size(self) -> int:
        return len(self.group)

    def names(self) -> list[str]:
        """`teacher-01` and so on, as the source of ratings would name them."""
        return [f"{GROUPS[group]}-{number + 1:02d}" for number, group in enumerate(self.group)]


@dataclass(frozen=True)
class Sample:
    """The interactions judged, each of shape (items,).

    Attributes:
        use: position among the day's uses.
        counter: number that draws for the item depend on.
        value: what all raters see in the answer, in units of quality.
        is_unsupported: whether it holds an unsupported claim.
        is_quiz: whether it is a quiz.
    """

    use: Ints
    counter: Ints
    value: Floats
    is_unsupported: NDArray[np.bool_]
    is_quiz: NDArray[np.bool_]


class RaterPanel:
    """Judges a day's sample."""

    def __init__(self, world: World) -> None:
        """Bind a world."""
        self.world = world
        self.rules = world.parameters.panel

    @cached_property
    def raters(self) -> Raters:
        """The experts of the world, teachers first."""
        rules = (self.rules.teacher, self.rules.trained)
        group = np.repeat(np.arange(len(rules)), [group.raters for group in rules])
        numbers = np.arange(len(group))

        def of_group(attribute: str) -> Floats:
            return np.array([getattr(group, attribute) for group in rules])[group]

        def logit_spread(attribute: str) -> Floats:
            share = np.clip(of_group(attribute), 1e-6, 1 - 1e-6)
            normal = draws.normals(draws.key(self.world.seed, f"rater {attribute}"), numbers)
            logit = np.log(share / (1 - share)) + of_group("skill_sd") * normal
            return 1.0 / (1.0 + np.exp(-logit))

        return Raters(
            group=group,
            severity=np.concatenate([_spaced(g.raters) * g.severity_sd for g in rules]),
            sensitivity=logit_spread("sensitivity"),
            specificity=logit_spread("specificity"),
            noise_sd=of_group("noise_sd"),
        )

    def ratings(self, day: Day, captures: Captures, interaction_id: Ints) -> pa.Table:
        """The day's rows of `raw.human_ratings`, by item, rater and criterion."""
        sample = self.sample(day, captures)
        item, rater = self._seats(sample, day.day)
        looks = (sample.counter[item] << 8) + rater
        unsupported = self._unsupported(sample, item, rater, looks, day.day)
        seen = sample.value[item] - self.raters.severity[rater]
        helpful = seen + self._noise(rater, looks, "helpful", day.day)
        acceptable = seen + self._noise(rater, looks, "acceptable", day.day)
        scores = {
            "unsupported": unsupported,
            "helpful": 1 + np.searchsorted(self.rules.helpful_thresholds, helpful),
            "acceptable": acceptable >= self.rules.acceptable_threshold,
        }
        is_asked = np.ones((len(CRITERIA), len(item)), dtype=bool)
        is_asked[CRITERIA.index("acceptable")] = sample.is_quiz[item]
        place, criterion = np.nonzero(is_asked.T)
        item, rater, looks = item[place], rater[place], looks[place]
        score = np.stack([scores[name].astype(np.float64) for name in CRITERIA])[criterion, place]
        use = sample.use[item]
        requested = day_start(self.world, self.world.date(day.day)) + day.uses.tick[use] * MICROS_PER_TICK
        delay = draws.uniforms(draws.key(self.world.seed, "judged at", day.day), looks) * LONGEST_DELAY_MICROS
        names = self.raters.names()
        return pa.table(
            {
                "interaction_id": interaction_id[use],
                "rater_id": rater + 1,
                "rater_group": [GROUPS[group] for group in self.raters.group[rater]],
                "criterion": [CRITERIA[number] for number in criterion],
                "score": score,
                "rated_at": pa.array(requested + delay.astype(np.int64)).view(pa.timestamp("us", tz="UTC")),
                "source_rater_id": [names[number] for number in rater],
                "event_date": [self.world.date(day.day)] * len(item),
            },
            schema=HUMAN_RATINGS.arrow_schema(),
        )

    def sample(self, day: Day, captures: Captures) -> Sample:
        """Every kept answer of the day has the same chance to be judged."""
        uses, answers = day.uses, day.answers
        answered = np.flatnonzero(captures.has_answer & (answers.status[captures.use] == OK))
        lot = draws.words(draws.key(self.world.seed, "panel", day.day), uses.counters[captures.use[answered]])
        chosen = np.sort(answered[np.argsort(lot, kind="stable")[: self.rules.items_a_day]])
        use, counter = captures.use[chosen], uses.counters[captures.use[chosen]]
        texts = captures.text_id[chosen].tolist()
        error = [write_text(self.world.seed, text_id).error_type for text_id in texts]
        is_unsupported = np.array([kind is not None and kind not in HARMLESS for kind in error], dtype=bool)
        cost = np.array([0.0 if kind is None else 2.0 if kind == FORMAT_FAILURE else 1.0 for kind in error])
        taste = draws.normals(draws.key(self.world.seed, "taste", day.day), counter)
        value = answers.quality[use] + self.rules.taste_sd * taste + self.rules.error_quality * cost
        return Sample(use, counter, value, is_unsupported, uses.feature[use] == QUIZ)

    def _seats(self, sample: Sample, day: int) -> tuple[Ints, Ints]:
        """Which raters judge each item: (item, rater) of each seat, ascending."""
        raters = self.raters
        looks = (sample.counter[:, None] << 8) + np.arange(raters.size)
        lots = draws.words(draws.key(self.world.seed, "seats", day), looks.ravel()).reshape(looks.shape)
        sizes = draws.uniforms(draws.key(self.world.seed, "seat count", day), sample.counter)
        is_seated = np.zeros(looks.shape, dtype=bool)
        for number, rules in enumerate((self.rules.teacher, self.rules.trained)):
            members = np.flatnonzero(raters.group == number)
            rank = np.argsort(np.argsort(lots[:, members], axis=1), axis=1)
            is_seated[:, members] = rank < _seat_counts(rules, sizes)[:, None]
        item, rater = np.nonzero(is_seated)
        return item, rater

    def _unsupported(
        self, sample: Sample, item: Ints, rater: Ints, looks: Ints, day: int
    ) -> NDArray[np.bool_]:
        lot = draws.uniforms(draws.key(self.world.seed, "notices", day), looks)
        raters = self.raters
        chance = np.where(
            sample.is_unsupported[item], raters.sensitivity[rater], 1 - raters.specificity[rater]
        )
        return lot < chance

    def _noise(self, rater: Ints, looks: Ints, criterion: str, day: int) -> Floats:
        normal = draws.normals(draws.key(self.world.seed, f"look {criterion}", day), looks)
        return self.raters.noise_sd[rater] * normal


def _seat_counts(rules: RaterGroup, lot: Floats) -> Ints:
    least, most = rules.per_item
    return np.minimum(least + (lot * (most - least + 1)).astype(np.int64), rules.raters)


def _spaced(count: int) -> Floats:
    """Standard normal quantiles in even steps: a small group has the spread that it is said to have."""
    table = draws.normal_table()
    ranks = ((np.arange(count) + 0.5) / count * len(table)).astype(np.int64)
    return table[ranks]
