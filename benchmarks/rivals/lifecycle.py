"""Lifecycle, growth accounting and power users in pandas and in ClickHouse's SQL.

Each gets the idea that makes ours cheap (dated changes and running sums, no grid of users and days) and what
its tool is good at: sorted arrays in pandas, a user's days as one array in ClickHouse.
"""
# Pandas declares a frame's selections as any of a dozen scalars.
# pyright: reportAttributeAccessIssue=false, reportArgumentType=false, reportCallIssue=false
# pyright: reportReturnType=false, reportGeneralTypeIssues=false

from pathlib import Path

import numpy as np
import pandas as pd  # noqa: TID251
import pyarrow.compute as pc

from benchmarks.contest import Source

LIFECYCLE, GROWTH, POWER = (
    Path(__file__).with_name(name).read_text()
    for name in ("lifecycle_daily.sql", "growth_accounting_daily.sql", "power_users.sql")
)
STATES = ("new", "current", "reactivated", "resurrected", "at_risk_wau", "at_risk_mau", "dormant", "unseen")
NEW, CURRENT, REACTIVATED, RESURRECTED, AT_RISK_WAU, AT_RISK_MAU, DORMANT, UNSEEN = range(8)
POSSIBLE = [
    (UNSEEN, NEW),
    *((before, after) for before in range(4) for after in (CURRENT, AT_RISK_WAU)),
    *((AT_RISK_WAU, after) for after in (CURRENT, REACTIVATED, AT_RISK_WAU, AT_RISK_MAU)),
    *((AT_RISK_MAU, after) for after in (REACTIVATED, RESURRECTED, AT_RISK_MAU, DORMANT)),
    *((DORMANT, after) for after in (RESURRECTED, DORMANT)),
]
LEAST_DAYS = (1, 1, 1, 1, 7, 28, 99, 99)
PROFILE = ["role", "country", "acquisition_channel"]
FAR = 99


def lifecycle(source: Source) -> pd.DataFrame:
    """The rows of `lifecycle_daily`: dimension, segment, previous_state, state, users, …, event_date."""
    visits = _visits(source)
    profiles = visits.loc[_is_first(visits), PROFILE].drop_duplicates().reset_index(drop=True)
    moves = _changes(visits, profiles, len(source.window))
    by_dimension = [
        moves.assign(segment=profiles[name].to_numpy()[moves["profile"]] if name else "all")
        .groupby(["segment", "day", "before", "after"], observed=True)["users"]
        .sum()
        .reset_index()
        .assign(dimension=name or "overall")
        for name in (None, *PROFILE)
    ]
    segments = pd.concat(by_dimension).groupby(["dimension", "segment"], observed=True)
    whole = pd.concat(
        _segment(rows, len(source.window)).assign(dimension=dimension, segment=segment)
        for (dimension, segment), rows in segments
    )
    whole["event_date"] = pd.Timestamp(source.window.first_day) + pd.to_timedelta(whole["day"], unit="D")
    stood = whole.groupby(["dimension", "segment", "day", "before"])["users"].transform("sum")
    whole["previous_users"] = stood.where(whole["before"] != UNSEEN)
    whole["transition_rate"] = whole["users"] / whole["previous_users"].replace(0, np.nan)
    named = dict(enumerate(STATES))
    return whole.assign(previous_state=whole["before"].map(named), state=whole["after"].map(named))


def growth(source: Source) -> pd.DataFrame:
    """The rows of `growth_accounting_daily`, from those of `lifecycle_daily`."""
    columns = ["event_date", "dimension", "segment", "previous_state", "state", "users"]
    moves = source.frame("behaviour.lifecycle_daily", columns)
    least = dict(zip(STATES, LEAST_DAYS, strict=True))
    before, after = (moves[name].astype(str).map(least) for name in ("previous_state", "state"))
    periods = [_flows(moves, before <= period, after <= period, period) for period in (1, 7, 28)]
    flows = pd.concat(periods).sort_values(["dimension", "segment", "period_days", "event_date"])
    flows["gained"] = flows["new_users"] + flows["resurrected_users"]
    keys = ["dimension", "segment", "period_days"]
    sums = flows.groupby(keys, observed=True)[["gained", "churned_users"]].rolling(7).sum()
    week = sums.reset_index(drop=True)
    flows = flows.reset_index(drop=True)
    flows["net_change"] = flows["active_users"] - flows["previous_active_users"]
    flows["quick_ratio"] = week["gained"] / week["churned_users"].replace(0, np.nan)
    return flows


def power_users(source: Source) -> pd.DataFrame:
    """Users and established users of `power_users` by dimension, segment, window_days and active_days."""
    visits = _visits(source)
    people = visits.loc[_is_first(visits), ["user_id", "day", *PROFILE]].set_index("user_id")
    last = len(source.window) - 1
    found = [
        _power(visits, people, end, window).assign(window_days=window, end=end)
        for window in (7, 28)
        for end in (last, last - 28)
    ]
    return pd.concat(found)


def _visits(source: Source) -> pd.DataFrame:
    """Active days by user and day (from 0), with profiles."""
    columns = ["user_id", "event_date", *PROFILE]
    visits = source.frame("activity.user_days", columns, pc.field("is_active"))
    visits["acquisition_channel"] = (
        visits["acquisition_channel"].cat.add_categories("unknown").fillna("unknown")
    )
    start = pd.Timestamp(source.window.first_day)
    visits["day"] = (visits.pop("event_date") - start).dt.days.astype("int16")
    return visits.sort_values(["user_id", "day"], ignore_index=True)


def _is_first(visits: pd.DataFrame) -> "pd.Series":
    return visits["user_id"] != visits["user_id"].shift()


def _changes(visits: pd.DataFrame, profiles: pd.DataFrame, days: int) -> pd.DataFrame:
    """Users by day, profile and change of state that a visit or its absence made."""
    user, day = visits["user_id"].to_numpy(), visits["day"].to_numpy().astype(np.int32)
    is_first = np.r_[True, user[1:] != user[:-1]]
    gap = np.where(is_first, FAR, np.r_[0, np.diff(day)])
    next_gap = np.where(np.r_[is_first[1:], True], FAR, np.r_[gap[1:], FAR])
    state = np.select([is_first, gap < 7, gap < 28], [NEW, CURRENT, REACTIVATED], RESURRECTED)
    known = [is_first, gap == 1, gap <= 7, gap <= 28]
    before = np.select(known, [UNSEEN, np.r_[UNSEEN, state[:-1]], AT_RISK_WAU, AT_RISK_MAU], DORMANT)
    firsts = visits.loc[is_first, PROFILE].merge(profiles.reset_index(names="profile"), on=PROFILE)
    profile = firsts["profile"].to_numpy()[np.cumsum(is_first) - 1]
    parts = [(day, before, state, np.ones(len(day), bool))]
    for wait, old, new in (
        (1, state, AT_RISK_WAU),
        (7, AT_RISK_WAU, AT_RISK_MAU),
        (28, AT_RISK_MAU, DORMANT),
    ):
        parts.append((day + wait, old, new, (next_gap > wait) & (day + wait < days)))
    found = [
        pd.DataFrame(
            {
                "profile": profile[chosen],
                "day": at[chosen],
                "before": np.broadcast_to(old, len(day))[chosen],
                "after": np.broadcast_to(new, len(day))[chosen],
            }
        )
        .value_counts()
        .rename("users")
        .reset_index()
        for at, old, new, chosen in parts
    ]
    return pd.concat(found)


def _segment(rows: pd.DataFrame, days: int) -> pd.DataFrame:
    """Every possible transition on every day of one segment since its first: day, before, after, users."""
    cube = np.zeros((days, 8, 8), dtype=np.int64)
    np.add.at(cube, (rows["day"], rows["before"], rows["after"]), rows["users"])
    for state in (AT_RISK_WAU, AT_RISK_MAU, DORMANT):
        gained, lost = cube[:, :, state].sum(1), cube[:, state, :].sum(1)
        cube[:, state, state] = np.cumsum(gained - lost) - gained
    first = rows["day"].min()
    before, after = np.transpose(POSSIBLE)
    counts = cube[first:, before, after]
    return pd.DataFrame(
        {
            "day": np.repeat(np.arange(first, days), len(POSSIBLE)),
            "before": np.tile(before, days - first),
            "after": np.tile(after, days - first),
            "users": counts.ravel(),
        }
    )


def _flows(moves: pd.DataFrame, was: "pd.Series", is_: "pd.Series", period: int) -> pd.DataFrame:
    """What one period counts, by day and segment."""
    is_new = moves["state"] == "new"
    chosen = {
        "active_users": is_,
        "previous_active_users": was,
        "new_users": is_new,
        "resurrected_users": is_ & ~was & ~is_new,
        "churned_users": was & ~is_,
        "retained_users": was & is_,
    }
    sums = moves[["event_date", "dimension", "segment"]].assign(
        **{name: moves["users"].where(rows, 0) for name, rows in chosen.items()}
    )
    keys = ["event_date", "dimension", "segment"]
    return sums.groupby(keys, observed=True).sum().reset_index().assign(period_days=period)


def _power(visits: pd.DataFrame, people: pd.DataFrame, end: int, window: int) -> pd.DataFrame:
    """Users by segment and active days of one window; established where seen by its first day."""
    within = visits.loc[(visits["day"] > end - window) & (visits["day"] <= end), "user_id"]
    counts = within.value_counts().rename("active_days").to_frame().join(people)
    counts["is_established"] = counts["day"] <= end - window + 1
    parts = [
        counts.groupby([counts[name].astype(str) if name else lambda _: "all", "active_days"])[
            "is_established"
        ]
        .agg(users="count", established_users="sum")
        .rename_axis(["segment", "active_days"])
        .reset_index()
        .assign(dimension=name or "overall")
        for name in (None, *PROFILE)
    ]
    return pd.concat(parts)
