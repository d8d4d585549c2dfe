"""Columns of the tables of journeys: types, and a sentence each."""

import pyarrow as pa

from analytics_platform.lakehouse.described import described

JOURNEYS, PATHS = "behaviour.journeys", "behaviour.journey_paths"

_TEXT, _COUNT, _NUMBER = pa.string(), pa.int64(), pa.float64()


SCHEMAS = {
    JOURNEYS: described(
        {
            "scope": (_TEXT, "within_session, between_sessions, before_event or after_event."),
            "anchor": (_TEXT, "The event around which steps are counted; `all` where there is none."),
            "position": (_COUNT, "The move leads from this step to the next; the anchor is step 0."),
            "role": (_TEXT, "student, teacher or all."),
            "from_node": (_TEXT, "A feature, another event, or start."),
            "to_node": (_TEXT, "A feature, another event, or end."),
            "transitions": (_COUNT, "How often users went so."),
            "users": (_COUNT, "How many users did."),
            "base_transitions": (_COUNT, "How often users left from_node; before an event: came to to_node."),
            "base_users": (_COUNT, "How many users did that."),
            "probability": (
                _NUMBER,
                "Of going on to to_node; before an event: of having come from from_node.",
            ),
            "probability_low": (_NUMBER, "Lower limit of its 95 % interval, users taken as a whole each."),
            "probability_high": (_NUMBER, "Upper limit of its 95 % interval."),
            "median_seconds": (
                _NUMBER,
                "Half of the moves took at most so long (s); null to and from an end.",
            ),
            "reason": (_TEXT, "Why a probability is missing; null where it is not."),
        }
    ),
    PATHS: described(
        {
            "role": (_TEXT, "student, teacher or all."),
            "rank": (_COUNT, "Place of the path among those of its role, from 1."),
            "path": (_TEXT, "The first three nodes of a session, then end, or … where it went on."),
            "sessions": (_COUNT, "Sessions that begin so."),
            "users": (_COUNT, "Their users."),
            "share": (_NUMBER, "Of all sessions of the role."),
        }
    ),
}
KEYS = {
    JOURNEYS: ("scope", "anchor", "position", "role", "from_node", "to_node"),
    PATHS: ("role", "rank"),
}
DESCRIPTIONS = {
    JOURNEYS: "One row per scope, anchor, position, role and pair of nodes: how often users went that way.",
    PATHS: "One row per role and path: the most frequent ways in which sessions begin.",
}
