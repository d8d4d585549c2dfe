"""A small seeded log with every trait that the models must handle, for `small_lake`.

49 people over 45 days: students in two classes and on their own, teachers, four countries, platforms that
change, sign-ups throughout, sessions with and without an id, ratings, trials, subscriptions, renewals,
cancellations, late and repeated deliveries, one bot day, and one user whom `raw.users` does not know.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from analytics_platform.lakehouse import Lake, Window
from analytics_platform_tests.raw_rows import (
    Row,
    classroom,
    event,
    exposure,
    instant,
    interaction,
    user,
    write_raw,
)

DAYS = 45
PEOPLE = 49
TEACHERS = (1, 2, 3, 4)
BOT = 48
UNKNOWN = 49
BOT_DAY = 20
USED = ("summarize", "quiz", "explain", "flashcards", "chat")


class SmallLog:
    """Rows of the log, the same at every construction."""

    def __init__(self, seed: int = 11) -> None:
        self._random = random.Random(seed)
        self.events: list[Row] = []
        self.interactions: list[Row] = []
        self.users: list[Row] = []
        for person in range(1, PEOPLE + 1):
            self._live(person)
        self.events = [{**row, "event_id": 1_000 + n} for n, row in enumerate(self.events)]
        self.events += list(self._repeats())
        self.classrooms = [
            classroom(10, teacher_id=1),
            classroom(20, teacher_id=2, school_id=2, country="FR"),
        ]
        self.exposures = [
            exposure(
                row["user_id"],
                variant=("control", "treatment")[row["user_id"] % 2],
                exposed_at=row["signed_up_at"],
            )
            for row in self.users
        ] + [exposure(5, "nudge", "on")]

    @classmethod
    def clean(cls) -> "SmallLog":
        """The log without its faults of use: no bot day, nobody unknown."""
        log = cls()
        log.events = [row for row in log.events if not _is_fault(row)]
        return log

    def write(self, lake: Lake) -> Window:
        """Write every raw table; returns the days of the log."""
        return write_raw(
            lake,
            events=self.events,
            users=self.users,
            classrooms=self.classrooms,
            exposures=self.exposures,
            interactions=self.interactions,
        )

    def _live(self, person: int) -> None:
        draw = self._random
        joined = draw.randrange(32)
        signed_up_at = instant(joined, f"{draw.randrange(6, 23):02d}:{draw.randrange(60):02d}")
        home = draw.choice(("web", "web", "ios", "android"))
        if person != UNKNOWN:
            classroom_id = {1: 10, 2: 20}.get(person, draw.choice((10, 20, None)))
            self.users.append(
                user(
                    person,
                    signed_up_at,
                    role="teacher" if person in TEACHERS else "student",
                    country=draw.choice(("DE", "FR", "GB", "US")),
                    platform=home,
                    acquisition_channel=draw.choice(("organic", "school", "referral", None)),
                    classroom_id=classroom_id,
                    school_id=None if classroom_id is None else classroom_id // 10,
                )
            )
        plan = self._plans(person, joined)
        self.events.append(event(signed_up_at, person, "signed_up", platform=home))
        keen = draw.uniform(0.15, 0.8)
        for day in range(joined, DAYS):
            if day == joined or draw.random() < keen:
                self._study(person, day, home, plan[day], after=signed_up_at)
        if person == BOT:
            start = instant(BOT_DAY, "00:00")
            self.events += [event(start + timedelta(seconds=120 * n), BOT) for n in range(700)]

    def _study(self, person: int, day: int, home: str, plan: str, after: datetime) -> None:
        """One to three sessions of a day; every third person's log has no session ids."""
        draw = self._random
        for number in range(draw.choice((1, 1, 2, 3))):
            at = instant(day, "00:00") + timedelta(seconds=draw.randrange(86_000))
            session_id = None if person % 3 == 0 else 100_000 * person + 10 * day + number
            platform = home if draw.random() < 0.85 else draw.choice(("web", "ios", "android", "other"))
            common = {"session_id": session_id, "platform": platform, "plan": plan}
            for _ in range(draw.randrange(1, 8)):
                at += timedelta(seconds=draw.randrange(5, 1_500))
                if at <= after or at >= instant(day + 1, "00:00"):
                    continue
                self._use(person, at, common)

    def _use(self, person: int, at: datetime, common: Row) -> None:
        draw = self._random
        delay = draw.choice((1, 2, 5)) if draw.random() > 0.02 else draw.randrange(3_600, 200_000)
        used = {
            **common,
            "feature": draw.choice(USED),
            "interaction_id": 10_000_000 + len(self.interactions),
        }
        seconds = draw.randrange(1, 64 * 400) / 64
        received_at = at + timedelta(seconds=delay)
        self.events.append(event(at, person, **used, engagement_seconds=seconds, received_at=received_at))
        self.interactions.append(interaction(used["interaction_id"], at, person, feature=used["feature"]))
        if draw.random() < 0.12:
            rated_at = at + timedelta(seconds=draw.randrange(1, 4))
            stars = draw.choice((1, 3, 4, 4, 5, 5))
            if rated_at < at.replace(hour=23, minute=59, second=59):
                self.events.append(event(rated_at, person, "rated", **used, llm_rating=stars))

    def _plans(self, person: int, joined: int) -> dict[int, str]:
        """Plan of each day, with the billing events that change it (a third of the people try)."""
        draw = self._random
        plans = dict.fromkeys(range(DAYS), "free")
        if person % 3 != 1:
            return plans
        trial = joined + draw.randrange(1, 6)
        converts = draw.random() < 0.6
        paid = trial + draw.randrange(1, 12)
        ends = paid + draw.randrange(3, 40) if draw.random() < 0.7 else DAYS + 99
        steps = [(trial, "paywall_viewed", "free", "08:00"), (trial, "trial_started", "trial", "08:01")]
        if converts:
            steps.append((paid, "subscribed", "paid", "08:02"))
            steps += [(day, "renewed", "paid", "08:03") for day in range(paid + 14, min(ends, DAYS), 14)]
            steps.append((ends, "cancelled", "free", "08:04"))
            if draw.random() < 0.5:
                steps.append((ends + 2, "subscribed", "paid", "08:05"))
        for day, name, plan, clock in sorted(steps):
            if day < DAYS:
                plans.update(dict.fromkeys(range(day, DAYS), plan))
                self.events.append(event(instant(day, clock), person, name, plan=plan))
        return plans

    def _repeats(self) -> Iterator[Row]:
        """A second delivery of every fortieth event, later than the first."""
        for row in self.events[::40]:
            yield {**row, "received_at": row["received_at"] + timedelta(minutes=7)}


def _is_fault(row: Row) -> bool:
    is_bot = row["user_id"] == BOT and row["event_time"].date() == instant(BOT_DAY).date()
    return is_bot or row["user_id"] == UNKNOWN
