"""From moves to probabilities, and from beginnings of sessions to ranks."""

import numpy as np
import polars as pl

from analytics_platform.stats.wilson import wilson

FEWEST_USERS = 10
"""Who left a node, below which no probability is told."""
MOST_PATHS = 50
"""Of each role, the most frequent ones."""
PAIR = ("from_node", "to_node")
EVERYBODY = "all"
BEFORE = "before_event"


def counted(moves: pl.DataFrame, roles: pl.DataFrame, of: tuple[str, str, int]) -> pl.DataFrame:
    """How often users went each way, with probabilities; a user counts as one unit however often they went.

    Args:
        moves: user_id, from_node, to_node, microseconds.
        roles: user_id, role of everybody.
        of: scope, anchor and position of the moves.
    """
    base = "to_node" if of[0] == BEFORE else "from_node"
    by_user = moves.lazy().group_by("user_id", *PAIR).agg(moves=pl.len().cast(pl.Float64))
    by_user = by_user.with_columns(base_moves=pl.col("moves").sum().over("user_id", base))
    sums = by_user.join(roles.lazy(), "user_id").collect()
    timed = (
        moves.lazy()
        .drop_nulls("microseconds")
        .join(roles.lazy(), "user_id")
        .select("role", *PAIR, "microseconds")
    )
    parts = [
        _of_role(sums if role == EVERYBODY else sums.filter(pl.col("role") == role), base)
        .join(
            _medians(timed if role == EVERYBODY else timed.filter(pl.col("role") == role)), PAIR, how="left"
        )
        .with_columns(role=pl.lit(role))
        for role in (EVERYBODY, *sorted(sums["role"].unique()))
    ]
    scope, anchor, position = of
    rows = pl.concat(parts).with_columns(
        pl.col(PAIR).cast(pl.String),
        scope=pl.lit(scope),
        anchor=pl.lit(anchor),
        position=pl.lit(position, pl.Int64),
    )
    return _with_probabilities(rows)


def _of_role(sums: pl.DataFrame, base: str) -> pl.DataFrame:
    """Counts of each pair and of its base, and the sums that a variance over users needs."""
    moves, whole = pl.col("moves"), pl.col("base_moves")
    pairs = sums.group_by(PAIR).agg(
        transitions=moves.sum(),
        users=pl.len().cast(pl.Int64),
        squares=(moves**2).sum(),
        products=(moves * whole).sum(),
    )
    bases = (
        sums.unique(["user_id", base])
        .group_by(base)
        .agg(
            base_transitions=whole.sum(),
            base_users=pl.len().cast(pl.Int64),
            base_squares=(whole**2).sum(),
        )
    )
    return pairs.join(bases, base).select(
        *PAIR, "transitions", "users", "base_transitions", "base_users", "squares", "products", "base_squares"
    )


def _medians(timed: pl.LazyFrame) -> pl.DataFrame:
    seconds = pl.col("microseconds").median() / 1_000_000
    return timed.group_by(PAIR).agg(median_seconds=seconds).collect()


def _with_probabilities(rows: pl.DataFrame) -> pl.DataFrame:
    names = ("transitions", "base_transitions", "base_users", "squares", "products", "base_squares")
    went, whole, users, squares, products, base_squares = (
        rows[name].to_numpy().astype(float) for name in names
    )
    share = went / whole
    spread = np.maximum(squares - 2 * share * products + share**2 * base_squares, 0)
    variance = spread / whole**2 * users / np.maximum(users - 1, 1)
    # As many independent moves as would be known as well; where none or all went there, a user is one.
    apart = share * (1 - share)
    effective = np.where(variance > 0, apart / np.where(variance > 0, variance, 1.0), users)
    effective = np.clip(effective, 1.0, whole)
    low, high = wilson(share * effective, effective)
    is_enough = pl.col("base_users") >= FEWEST_USERS
    said = pl.format("too few users ({})", "base_users")
    return rows.with_columns(
        pl.col("transitions", "base_transitions").cast(pl.Int64),
        probability=pl.when(is_enough).then(pl.Series(share)),
        probability_low=pl.when(is_enough).then(pl.Series(low)),
        probability_high=pl.when(is_enough).then(pl.Series(high)),
        reason=pl.when(~is_enough).then(said),
    )


def ranked(beginnings: pl.DataFrame, roles: pl.DataFrame) -> pl.DataFrame:
    """The most frequent paths of each role; ties by name.

    Args:
        beginnings: user_id, path: a row a session.
        roles: user_id, role of everybody.
    """
    known = beginnings.join(roles, "user_id")
    sessions = pl.col("sessions")
    parts = [
        (known if role == EVERYBODY else known.filter(pl.col("role") == role))
        .group_by("path")
        .agg(sessions=pl.len().cast(pl.Int64), users=pl.col("user_id").n_unique().cast(pl.Int64))
        .with_columns(pl.col("path").cast(pl.String), role=pl.lit(role), share=sessions / sessions.sum())
        .sort("sessions", "path", descending=[True, False])
        .head(MOST_PATHS)
        .with_row_index("rank", 1)
        .with_columns(pl.col("rank").cast(pl.Int64))
        for role in (EVERYBODY, *sorted(known["role"].unique()))
    ]
    return pl.concat(parts).sort("role", "rank")
