"""From what happened to what the log received: raw rows with late, doubled and lost deliveries."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from analytics_platform.event_contract import EVENT_NAMES, PLANS, PLATFORMS
from analytics_platform.simulation import draws
from analytics_platform.simulation.calendar import day_start
from analytics_platform.simulation.captures import Archive, Captures
from analytics_platform.simulation.dynamics import Day, Dynamics
from analytics_platform.simulation.interactions import Answers
from analytics_platform.simulation.sessions import DAY_TICKS, Uses
from analytics_platform.simulation.tables import FEATURES, TICKS

MICROS_PER_TICK = 1_000_000 // TICKS
HOUR_TICKS = 3600 * TICKS
SIGNUP_LEAD_TICKS = 40 * TICKS
EPOCH = date(1970, 1, 1)
NONE = -1

Ints = NDArray[np.int64]
Bytes = NDArray[np.int8]


@dataclass(frozen=True)
class Rows:
    """Event rows of one day before sorting; -1 stands for absent.

    Attributes:
        user: number of the user.
        tick: when, since the day's start.
        name: position among EVENT_NAMES.
        session: number of the session within the day.
        use: position of the feature use that the row reports or rates.
    """

    user: Ints
    tick: Ints
    name: Bytes
    session: Ints
    use: Ints

    @classmethod
    def joined(cls, parts: list["Rows"]) -> "Rows":
        return cls(
            user=np.concatenate([part.user for part in parts]),
            tick=np.concatenate([part.tick for part in parts]),
            name=np.concatenate([part.name for part in parts]),
            session=np.concatenate([part.session for part in parts]),
            use=np.concatenate([part.use for part in parts]),
        )


class EventLog:
    """Writes each day's events and LLM interactions as Arrow tables of the contract."""

    def __init__(self, dynamics: Dynamics) -> None:
        """Bind a world and its people."""
        self.dynamics = dynamics
        self.world = dynamics.world
        self.people = dynamics.people
        self.archive = Archive(dynamics.world)
        self.faults = dynamics.world.parameters.delivery

    def events(self, day: Day) -> tuple[pa.Table, Ints]:
        """The day's `raw.events`, and the interaction id of each use."""
        rows = self._rows(day)
        order = np.argsort((rows.user << 23) + rows.tick, kind="stable")
        event_id = np.empty(len(order), np.int64)
        event_id[order] = self._first_id(day.day) + np.arange(len(order))
        interaction_id = event_id[: len(day.uses.tick)]
        lots = draws.quarters(draws.words(draws.key(self.world.seed, "delivery"), event_id))
        delivered, repeat = self._deliveries(rows, order, lots[:, 0], day.day)
        delay = self._delay_table[lots[delivered, 1]]
        delay[repeat] += self._delay_table[lots[delivered[repeat], 2]] + TICKS
        return self._event_table(day, rows, delivered, delay, event_id), interaction_id

    def _rows(self, day: Day) -> Rows:
        uses, rating = day.uses, day.answers.rating
        rated = np.flatnonzero(rating)
        user = uses.users[uses.owner]
        numbers = np.arange(len(user))
        parts = [
            self._newcomers(day),
            Rows(user, uses.tick, _named("feature_used", len(user)), uses.session, numbers),
            Rows(
                user[rated],
                uses.tick[rated] + uses.engagement[rated] + TICKS,
                _named("rated", len(rated)),
                uses.session[rated],
                rated,
            ),
            *(self._move(day, number) for number in range(len(day.moves))),
            self._bots(day.day),
        ]
        parts[0], parts[1] = parts[1], parts[0]
        rows = Rows.joined(parts)
        tick = np.minimum(rows.tick + self._skew[rows.user], self._length(day.day) - 1)
        return Rows(rows.user, tick, rows.name, rows.session, rows.use)

    def _newcomers(self, day: Day) -> Rows:
        users, uses = day.newcomers, day.uses
        first_use = np.cumsum(uses.user_uses) - uses.user_uses
        place = np.searchsorted(uses.users, users)
        is_person = ~self.people.is_bot[users]
        tick, session = np.zeros(len(users), np.int64), np.full(len(users), NONE)
        first = first_use[place[is_person]]
        tick[is_person] = np.maximum(uses.tick[first] - SIGNUP_LEAD_TICKS, 0)
        session[is_person] = uses.session[first]
        return Rows(users, tick, _named("signed_up", len(users)), session, np.full(len(users), NONE))

    def _move(self, day: Day, number: int) -> Rows:
        move, uses = day.moves[number], day.uses
        session = np.full(len(move.users), NONE)
        if move.in_session:
            last_use = np.cumsum(uses.user_uses) - 1
            session = uses.session[last_use[np.searchsorted(uses.users, move.users)]]
        absent = np.full(len(move.users), NONE)
        return Rows(move.users, move.ticks, _named(move.event_name, len(move.users)), session, absent)

    def _bots(self, day: int) -> Rows:
        """Bots use the product around the clock at even pace."""
        bots = np.flatnonzero(self.people.is_bot & (self.people.signup_day <= day))
        count = self.faults.bot_uses
        user = np.repeat(bots, count)
        tick = np.tile((np.arange(count) * (DAY_TICKS // count)) + TICKS, len(bots))
        absent = np.full(len(user), NONE)
        return Rows(user, tick, _named("feature_used", len(user)), absent, absent)

    def _deliveries(
        self, rows: Rows, order: Ints, lot: NDArray[np.uint16], day: int
    ) -> tuple[Ints, NDArray[np.bool_]]:
        """Rows in the order of the log, lost ones left out, doubled ones twice (True at the second)."""
        if day == self.faults.outage_day:
            spared = self.people.platform == PLATFORMS.index(self.faults.outage_spared)
            user = rows.user[order]
            hour = (rows.tick[order] - self._skew[user]) // HOUR_TICKS
            lost = (hour == self.faults.outage_hour) & ~spared[user]
            order = order[~lost]
        storm = day == self.faults.duplicate_day
        share = self.faults.duplicate_day_share if storm else self.faults.duplicate_share
        doubled = np.flatnonzero((lot[order] + 0.5) / 65536 < share)
        delivered = np.insert(order, doubled + 1, order[doubled])
        repeat = np.zeros(len(delivered), dtype=bool)
        repeat[doubled + 1 + np.arange(len(doubled))] = True
        return delivered, repeat

    def _event_table(self, day: Day, rows: Rows, delivered: Ints, delay: Ints, event_id: Ints) -> pa.Table:
        user, tick, name = rows.user[delivered], rows.tick[delivered], rows.name[delivered]
        use, session, ids = rows.use[delivered], rows.session[delivered], event_id[delivered]
        uses, rating = day.uses, day.answers.rating
        is_use = name == EVENT_NAMES.index("feature_used")
        is_rating = name == EVENT_NAMES.index("rated")
        feature = np.append(uses.feature, 0)[use]
        engagement = np.append(uses.engagement, TICKS)[use] / TICKS
        start = day_start(self.world, self.world.date(day.day))
        return pa.table(
            {
                "event_id": ids,
                "user_id": user + 1,
                "session_id": pa.array(self._first_id(day.day) + session, mask=session == NONE),
                "event_time": _instants(start + tick * MICROS_PER_TICK),
                "event_name": _text(name, EVENT_NAMES),
                "feature": _text(np.where(is_use | is_rating, feature, NONE), FEATURES),
                "engagement_seconds": pa.array(engagement, mask=~is_use),
                "llm_rating": pa.array(np.append(rating, 0)[use].astype(np.int64), mask=~is_rating),
                "interaction_id": pa.array(np.append(event_id[: len(uses.tick)], 0)[use], mask=use == NONE),
                "platform": _text(self.people.platform[user].astype(np.int8), PLATFORMS),
                "plan": _text(day.plan[user], PLANS),
                "received_at": _instants(start + (tick - self._skew[user] + delay) * MICROS_PER_TICK),
                "event_date": pa.repeat(pa.scalar(self.world.date(day.day)), len(ids)),
            }
        )

    def interactions(self, day: Day, interaction_id: Ints, captures: Captures) -> pa.Table:
        """The day's `raw.interactions`, one for each use, in the order of users and time; texts of some."""
        uses, answers = day.uses, day.answers
        calls = self.dynamics.assistant.calls(uses, answers, day.latency_log, day.day)
        start = day_start(self.world, self.world.date(day.day))
        rules = self.world.parameters.interactions
        return pa.table(
            {
                "interaction_id": interaction_id,
                "user_id": uses.users[uses.owner] + 1,
                "requested_at": _instants(start + uses.tick * MICROS_PER_TICK),
                "feature": _text(uses.feature, FEATURES),
                "model_version": _text(self._model(uses, answers), tuple(m.name for m in rules.models)),
                "prompt_version": _text(
                    np.full(len(uses.tick), answers.prompt, np.int8), tuple(p.name for p in rules.prompts)
                ),
                "status": _text(answers.status, ("ok", "refused", "error")),
                "input_tokens": calls.input_tokens,
                "output_tokens": calls.output_tokens,
                "latency_ms": calls.latency_ms,
                "cost_usd": calls.cost_usd,
                **self.archive.columns(captures, len(uses.tick)),
                "source_interaction_id": pa.nulls(len(uses.tick), pa.string()),
                "event_date": pa.repeat(pa.scalar(self.world.date(day.day)), len(uses.tick)),
            }
        )

    def _model(self, uses: Uses, answers: Answers) -> Bytes:
        return answers.model.astype(np.int8)[uses.owner]

    def _first_id(self, day: int) -> int:
        """Ids of a day start at its number since 1970, times 2³²: no two days share one."""
        return (self.world.date(day) - EPOCH).days << 32

    def _length(self, day: int) -> int:
        """Ticks in a reporting day: 23 or 25 hours when clocks change."""
        when = self.world.date(day)
        micros = day_start(self.world, when + timedelta(days=1)) - day_start(self.world, when)
        return min(micros // MICROS_PER_TICK, DAY_TICKS)

    @cached_property
    def _skew(self) -> Ints:
        """By how many ticks each user's clock is fast."""
        chosen = draws.uniforms(draws.key(self.world.seed, "clock"), np.arange(self.people.size))
        wrong = (chosen < self.faults.skew_share) & (
            self.people.platform == PLATFORMS.index(self.faults.skew_platform)
        )
        return np.where(wrong, round(self.faults.skew_seconds * TICKS), 0)

    @cached_property
    def _delay_table(self) -> Ints:
        """Delay in ticks by 16-bit draw: seconds for most, a heavy tail up to a week."""
        left = (np.arange(65536) + 0.5) / 65536
        days, hours = self.faults.late_day_share, self.faults.late_hour_share
        seconds = np.minimum(2.0 * np.exp(1.2 * draws.normal_table()), 3500.0)
        late = left < hours
        rank = np.clip((left - days) / max(hours - days, 1e-9), 0.0, 1.0)
        seconds[late] = 3600.0 * 24.0 ** (1.0 - rank[late])
        very_late = left < days
        seconds[very_late] = 86_401.0 * 7.0 ** (1.0 - left[very_late] / max(days, 1e-9))
        return np.rint(seconds * TICKS).astype(np.int64)


def _named(name: str, count: int) -> Bytes:
    return np.full(count, EVENT_NAMES.index(name), np.int8)


def _instants(micros: Ints) -> pa.Array:
    return pa.array(micros).view(pa.timestamp("us", tz="UTC"))


def _text(codes: Bytes, names: tuple[str, ...]) -> pa.DictionaryArray:
    absent = codes < 0
    indices = pa.array(codes.astype(np.int8), mask=absent if absent.any() else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(names))
