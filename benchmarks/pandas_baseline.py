"""The usual script: users, sessions and events drawn with numpy, joined by `merge`, written as CSV.

Instants are plain and in whole seconds, as such scripts leave them: with a zone and microseconds
`to_csv` would take three times as long.
"""

from pathlib import Path

import numpy as np
import pandas as pd  # noqa: TID251

FEATURES = ["summarize", "quiz", "explain", "flashcards", "chat"]
SESSIONS_PER_USER = 20
EVENTS_PER_SESSION = 5


def generate(folder: Path, users: int, days: int, seed: int) -> int:
    """Write users.csv, sessions.csv and events.csv; returns how many events, about a hundred a user."""
    random = np.random.default_rng(seed)
    people = _users(random, users)
    sessions = _sessions(random, people, days)
    events = _events(random, sessions)
    for name, frame in (("users", people), ("sessions", sessions), ("events", events)):
        frame.to_csv(folder / f"{name}.csv", index=False)
    return len(events)


def _users(random: np.random.Generator, users: int) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "user_id": np.arange(users),
            "role": random.choice(["student", "teacher"], users, p=[0.88, 0.12]),
            "country": random.choice(["US", "GB", "DE", "IN"], users),
            "platform": random.choice(["web", "ios", "android"], users),
            "plan": random.choice(["free", "paid"], users, p=[0.95, 0.05]),
            "habit": random.gamma(2.0, 0.5, users),
        }
    )


def _sessions(random: np.random.Generator, people: pd.DataFrame, days: int) -> pd.DataFrame:
    counts = random.poisson(people["habit"] * SESSIONS_PER_USER)
    sessions = pd.DataFrame({"user_id": np.repeat(people["user_id"].to_numpy(), counts)})
    sessions["session_id"] = np.arange(len(sessions))
    seconds = random.integers(0, days * 86_400, len(sessions))
    sessions["started_at"] = pd.Timestamp("2025-09-01") + pd.to_timedelta(seconds, unit="s")
    sessions["events"] = 1 + random.poisson(EVENTS_PER_SESSION - 1, len(sessions))
    return sessions.merge(people, on="user_id")


def _events(random: np.random.Generator, sessions: pd.DataFrame) -> pd.DataFrame:
    events = pd.DataFrame({"session_id": np.repeat(sessions["session_id"].to_numpy(), sessions["events"])})
    events = events.merge(sessions.drop(columns=["events", "habit"]), on="session_id")
    events["event_id"] = np.arange(len(events))
    events["feature"] = random.choice(FEATURES, len(events))
    events["engagement_seconds"] = random.lognormal(4, 0.7, len(events)).round(2)
    gaps = pd.Series(random.exponential(60, len(events)).astype(int))
    offsets = gaps.groupby(events["session_id"]).cumsum()
    events["event_time"] = events["started_at"] + pd.to_timedelta(offsets, unit="s")
    rated = random.random(len(events)) < 0.1
    events["llm_rating"] = np.where(rated, random.integers(1, 6, len(events)), np.nan)
    return events.sort_values(["user_id", "event_time"])
