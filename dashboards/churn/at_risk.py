"""Who may leave: the newest day's scores, chosen by filters, in words and as a list."""

from dataclasses import dataclass
from datetime import date

import polars as pl
import streamlit as st

from analytics_platform.lakehouse import Snapshot
from dashboards.formats import long_day, percent
from dashboards.reader import Key, Reading

TABLE = "churn.scores"
EVERYBODY = "all"
BANDS = ("high", "raised", "low")
LISTED = 1000
SHOWN = (
    "user_id", "probability", "risk_band", "reason_1", "reason_2", "reason_3",
    "role", "country", "plan", "recency_days", "active_days_28d",
)  # fmt: skip


@dataclass(frozen=True)
class Chosen:
    """What is asked for; `all` does not choose."""

    band: str = EVERYBODY
    role: str = EVERYBODY
    country: str = EVERYBODY
    plan: str = EVERYBODY

    def of(self, scores: pl.DataFrame) -> pl.DataFrame:
        """The scores asked for, the likeliest to leave first."""
        asked = {"risk_band": self.band, "role": self.role, "country": self.country, "plan": self.plan}
        wanted = [pl.col(name) == value for name, value in asked.items() if value != EVERYBODY]
        chosen = scores.filter(*wanted) if wanted else scores
        return chosen.sort("probability", "user_id", descending=[True, False])

    @property
    def words(self) -> str:
        """Such as ` among students in US on the free plan`; empty for everybody."""
        parts = [
            f"{self.role}s" if self.role != EVERYBODY else "",
            f"in {self.country}" if self.country != EVERYBODY else "",
            f"on the {self.plan} plan" if self.plan != EVERYBODY else "",
        ]
        told = " ".join(part for part in parts if part)
        return f" among {told}" if self.role != EVERYBODY else f" among users {told}" if told else ""


def newest(reading: Reading) -> pl.DataFrame:
    """Scores of the newest day that has any; no rows without scores."""
    if TABLE not in reading.snapshot.tables or not reading.snapshot.tables[TABLE].rows:
        return pl.DataFrame()
    pinned = reading.snapshot.tables[TABLE]
    key = Key(str(reading.settings.lake.absolute()), TABLE, pinned.version, pinned.committed_at)
    return _newest(key, reading.snapshot)


@st.cache_resource(max_entries=4, show_spinner=False)
def _newest(key: Key, _snapshot: Snapshot) -> pl.DataFrame:
    scores = _snapshot.scan(key.table)
    day = scores.select(pl.col("event_date").max()).collect().item()
    return scores.filter(pl.col("event_date") == day).collect()


def choices(scores: pl.DataFrame, column: str) -> list[str]:
    """Values to choose from, `all` first."""
    return [EVERYBODY, *scores[column].drop_nulls().unique().sort()]


def headline(scores: pl.DataFrame, chosen: Chosen) -> str:
    """How many users of those chosen are at high risk, and how many are expected to leave."""
    asked = Chosen(EVERYBODY, chosen.role, chosen.country, chosen.plan)
    users = asked.of(scores)
    if users.is_empty():
        return f"Nobody was active in the last 28 days{asked.words}"
    high, expected = int((users["risk_band"] == "high").sum()), float(users["probability"].sum())
    return (
        f"{high:,} of {users.height:,} users are at high risk{asked.words}; about {expected:,.0f} "
        f"({percent(expected / users.height)}) are expected to leave within 28 days"
    )


def subtitle(scores: pl.DataFrame) -> str:
    """What is scored, of whom, on which day, and by what."""
    day: date = scores["event_date"][0]
    model, known = scores["model"][0], scores["model_cut_off_date"][0]
    return (
        f"Chance of no activity in the 28 days after {long_day(day)} · users active in the 28 days before · "
        f"high from 80%, raised from 50% · by the "
        f" {model.replace('_', ' ')} trained on data up to {long_day(known)}"
    )


def by_role(scores: pl.DataFrame) -> list[dict[str, str]]:
    """Users at risk and expected leavers by role, the largest first."""
    found = []
    for role in scores["role"].value_counts().sort("count", "role", descending=[True, False])["role"]:
        own = scores.filter(pl.col("role") == role)
        counts = {band: int((own["risk_band"] == band).sum()) for band in BANDS}
        found.append(
            {
                "role": role,
                "users": f"{own.height:,}",
                **{
                    f"{band} risk": f"{counts[band]:,} ({percent(counts[band] / own.height)})"
                    for band in BANDS
                },
                "expected to leave": f"{own['probability'].sum():,.0f}",
            }
        )
    return found


def listing(chosen: pl.DataFrame) -> pl.DataFrame:
    """The list as shown and downloaded: one row a user, reasons in one column."""
    reasons = pl.concat_str([f"reason_{n}" for n in (1, 2, 3)], separator=" · ", ignore_nulls=True)
    return chosen.select(
        "user_id", "probability", "risk_band", reasons.alias("what speaks for leaving"),
        "role", "country", "plan", "recency_days", "active_days_28d",
    )  # fmt: skip


def list_words(chosen: pl.DataFrame) -> str:
    """How many users the list counts, and how many of them it shows."""
    shown = f", the first {LISTED:,} shown; the CSV holds all" if chosen.height > LISTED else ""
    return f"{chosen.height:,} users{shown}"
