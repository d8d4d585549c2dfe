"""Columns of the tables that are counted from `behaviour.funnel_users`: types, and a sentence each."""

from collections.abc import Iterable, Mapping
from typing import Any

import pyarrow as pa

from analytics_platform.lakehouse.described import described

_TEXT, _COUNT, _NUMBER = pa.string(), pa.int64(), pa.float64()

_SEGMENT = {
    "funnel_id": (_TEXT, "Funnel."),
    "dimension": (
        _TEXT,
        "What the users are divided by: overall, role, country, acquisition_channel, platform.",
    ),
    "segment": (_TEXT, "Value of the dimension; `all` for overall."),
    "step": (_COUNT, "Number of the step, from 1."),
}
_REASON = {"reason": (_TEXT, "Why numbers are missing; null where none is.")}


STEPS = "behaviour.funnel_steps"
TIMES = "behaviour.funnel_times"
DRIVERS = "behaviour.funnel_drivers"

SCHEMAS: dict[str, pa.Schema] = {
    STEPS: described(
        _SEGMENT,
        {
            "step_name": (_TEXT, "What users did there."),
            "users": (_COUNT, "Users whose attempt that counts reached the step."),
            "converted_users": (
                _COUNT,
                "Those of users who reached the last step; the others stopped or are open.",
            ),
            "dropped_users": (_COUNT, "Users whose last step this is, with no attempt that may yet go on."),
            "open_users": (
                _COUNT,
                "Users whose last step this is so far, with an attempt whose window runs.",
            ),
            "excluded_users": (
                _COUNT,
                "Users all of whose attempts an exclusion disqualified; in no other count.",
            ),
            "share_of_start": (_NUMBER, "Users over those of step 1; open ones count as not there."),
            "share_of_start_low": (_NUMBER, "Lower limit of its 95 % interval (Wilson)."),
            "share_of_start_high": (_NUMBER, "Upper limit of its 95 % interval (Wilson)."),
            "share_of_start_at_most": (
                _NUMBER,
                "The same share if everybody who is open before it went on to it.",
            ),
            "share_of_previous": (_NUMBER, "Users over those of the step before; null for step 1."),
            "share_of_previous_low": (_NUMBER, "Lower limit of its 95 % interval (Wilson)."),
            "share_of_previous_high": (_NUMBER, "Upper limit of its 95 % interval (Wilson)."),
            "median_seconds_from_previous": (_NUMBER, "Half the users of the step took at most so long (s)."),
            "p90_seconds_from_previous": (_NUMBER, "Nine of ten of them took at most so long (s)."),
            "median_seconds_from_start": (_NUMBER, "Median time since step 1 (s)."),
        },
        _REASON,
    ),
    TIMES: described(
        _SEGMENT,
        {
            "since": (_TEXT, "previous (step) or start (step 1)."),
            "from_seconds": (_COUNT, "Shortest time of the bucket (s), included."),
            "to_seconds": (_COUNT, "Longest time of the bucket (s), excluded; null without end."),
            "users": (_COUNT, "Users of the step who took so long."),
            "share": (_NUMBER, "Of all users of the step."),
        },
    ),
    DRIVERS: described(
        {
            "funnel_id": (_TEXT, "Funnel."),
            "step": (_COUNT, "Step that is reached or not, of users who reached the one before it."),
            "step_name": (_TEXT, "What users did there."),
            "dimension": (_TEXT, "What was known of the user before the day of the first attempt."),
            "segment": (_TEXT, "Its value."),
            "users": (_COUNT, "Users of the segment who reached the step before, their window observed."),
            "converted_users": (_COUNT, "Those of them who reached the step."),
            "share": (_NUMBER, "Converted users over users."),
            "other_users": (_COUNT, "All other users who reached the step before, their window observed."),
            "other_share": (_NUMBER, "Share of those who reached the step."),
            "difference": (_NUMBER, "share - other_share: an association, not an effect."),
            "difference_low": (_NUMBER, "Lower limit of its interval (Newcombe), at the selected level."),
            "difference_high": (
                _NUMBER,
                "Upper limit of its interval; all selected ones together keep 95 %.",
            ),
            "p_value": (
                _NUMBER,
                "Two-sided, of no difference: the level at which the interval touches zero.",
            ),
            "adjusted_p_value": (_NUMBER, "Benjamini-Hochberg over all segments of the step."),
            "is_associated": (pa.bool_(), "Whether the adjusted interval excludes zero."),
        },
        _REASON,
    ),
}
KEYS = {
    "behaviour.funnel_users": ("funnel_id", "user_id"),
    STEPS: ("funnel_id", "dimension", "segment", "step"),
    TIMES: ("funnel_id", "dimension", "segment", "step", "since", "from_seconds"),
    DRIVERS: ("funnel_id", "step", "dimension", "segment"),
}
DESCRIPTIONS = {
    STEPS: "One row per funnel, segment and step: who reached it, who stopped there, how long it took.",
    TIMES: "One row per funnel, segment, step and span of time: how many users took so long.",
    DRIVERS: "One row per funnel, step and segment: whether its users go on more often than all others.",
}


def arrow(table: str, rows: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Rows as a table to be stored, in the order of its key; columns that a row lacks are null."""
    ordered = sorted(rows, key=lambda row: [row[name] for name in KEYS[table]])
    return pa.Table.from_pylist(ordered, SCHEMAS[table])
