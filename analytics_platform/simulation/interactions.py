"""The answers of the language model: quality, failure, rating; tokens, latency and cost."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from analytics_platform.simulation import draws
from analytics_platform.simulation.planted import Planted
from analytics_platform.simulation.population import Population
from analytics_platform.simulation.sessions import Uses
from analytics_platform.simulation.state import State
from analytics_platform.simulation.tables import FEATURES
from analytics_platform.simulation.world import World

COST_UNIT = 2.0**-30
OK, REFUSED, ERROR = 0, 1, 2

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Coarse = NDArray[np.uint16]


@dataclass(frozen=True)
class Answers:
    """One answer a use, each of shape (uses,).

    Attributes:
        quality: latent quality; never leaves the simulator but for its traces in behaviour.
        status: 0 ok, 1 refused, 2 error.
        rating: stars, 0 where none were given.
        model: position among the model versions, shape (active users,).
        prompt: position among the prompt versions.
    """

    quality: Floats
    status: NDArray[np.int8]
    rating: NDArray[np.int8]
    model: Ints
    prompt: int


@dataclass(frozen=True)
class Calls:
    """What the calls cost, each of shape (uses,)."""

    input_tokens: Ints
    output_tokens: Ints
    latency_ms: Ints
    cost_usd: Floats


class Assistant:
    """Answers uses and collects ratings."""

    def __init__(self, world: World, people: Population, planted: Planted) -> None:
        """Bind a world."""
        self.world = world
        self.people = people
        self.planted = planted
        self.rules = world.parameters.interactions

    def answer(self, state: State, uses: Uses, day: int) -> Answers:
        """Quality, failures and ratings of a day's uses."""
        people, users, owner = self.people, uses.users, uses.owner
        prompt = _in_force([version.from_day for version in self.rules.prompts], day)
        in_force = _in_force([version.from_day for version in self.rules.models], day)
        model = self.planted.served_model(state, users, day, in_force)
        bits = draws.quarters(draws.words(draws.key(self.world.seed, "answer", day), uses.counters))
        felt = self.rules.ability_quality * people.ability[users]
        felt = felt + self._of_models("quality")[model] + self.rules.prompts[prompt].quality
        felt = felt + self.planted.effect("quality", state, users, day)
        quality = felt[owner] + self._feature_quality[uses.feature]
        quality += self.rules.quality_sd * draws.normal_table()[bits[:, 0]]
        status = _status(bits[:, 1], self._of_models("failure_share")[model][owner])
        quality += self.rules.failure_quality * (status > OK)
        rating = self._ratings(quality, state.expectation[users], uses, bits[:, 2], bits[:, 3])
        return Answers(quality, status, rating, model, prompt)

    def calls(self, uses: Uses, answers: Answers, latency_log: Floats, day: int) -> Calls:
        """Tokens, latency and price of a day's calls; `latency_log` has shape (active users,)."""
        owner = uses.owner
        bits = draws.quarters(draws.words(draws.key(self.world.seed, "call", day), uses.counters))
        spread = self._token_table
        input_tokens = np.rint(self._input_tokens[uses.feature] * spread[bits[:, 0]]).astype(np.int64)
        output_tokens = np.rint(self._output_tokens[uses.feature] * spread[bits[:, 1]]).astype(np.int64)
        output_tokens *= answers.status != ERROR
        typical_ms = self._of_models("latency_ms")[answers.model] * np.exp(latency_log)
        latency = (0.25 + 0.75 / 300.0 * output_tokens) * self._latency_table[bits[:, 2]]
        cost = input_tokens * self._of_models("usd_per_1k_input_tokens")[answers.model][owner]
        cost += output_tokens * self._of_models("usd_per_1k_output_tokens")[answers.model][owner]
        return Calls(
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            latency_ms=np.rint(latency * typical_ms[owner]).astype(np.int64),
            cost_usd=np.rint(cost / 1000.0 / COST_UNIT) * COST_UNIT,
        )

    def _ratings(
        self, quality: Floats, expectation: Floats, uses: Uses, chance: Coarse, mood: Coarse
    ) -> NDArray[np.int8]:
        """Stars where one was given: more often after a surprise, J-shaped in value."""
        rules, people = self.rules, self.people
        surprise = quality - expectation[uses.owner]
        logit = rules.rating_logit + rules.rating_by_surprise * np.abs(surprise)
        logit += (rules.rating_teacher_logit * people.role[uses.users])[uses.owner]
        given = np.flatnonzero((chance + 0.5) / 65536 < 1.0 / (1.0 + np.exp(-logit)))
        felt = surprise[given] + 0.5 * expectation[uses.owner[given]]
        felt -= people.severity[uses.users][uses.owner[given]]
        felt += rules.mood_sd * draws.normal_table()[mood[given]]
        rating = np.zeros(len(quality), np.int8)
        rating[given] = 1 + np.searchsorted(rules.thresholds, felt)
        return rating

    def _of_models(self, attribute: str) -> Floats:
        return np.array([getattr(version, attribute) for version in self.rules.models])

    @cached_property
    def _feature_quality(self) -> Floats:
        return np.array([self.rules.feature_quality[name] for name in FEATURES])  # pyright: ignore[reportArgumentType]

    @cached_property
    def _input_tokens(self) -> Floats:
        return np.array([self.rules.input_tokens[name] for name in FEATURES])  # pyright: ignore[reportArgumentType]

    @cached_property
    def _output_tokens(self) -> Floats:
        return np.array([self.rules.output_tokens[name] for name in FEATURES])  # pyright: ignore[reportArgumentType]

    @cached_property
    def _token_table(self) -> Floats:
        return np.exp(self.rules.tokens_sd * draws.normal_table())

    @cached_property
    def _latency_table(self) -> Floats:
        return np.exp(self.rules.latency_sd * draws.normal_table())


def _status(bits: Coarse, failure_share: Floats) -> NDArray[np.int8]:
    """A third of the failures are errors, the rest refusals."""
    uniform = (bits + 0.5) / 65536
    return (uniform < failure_share).astype(np.int8) + (uniform < failure_share / 3)


def _in_force(from_days: list[int], day: int) -> int:
    """Position of the latest version whose day has come; the first before any."""
    return max((i for i, from_day in enumerate(from_days) if from_day <= day), default=0)
