"""The typed contract of every raw table: what enters the lake, in which types and units.

Belongs here: columns, their units, nullability and allowed values, and the checks they imply.
Does not: where rows come from (`simulation`, `ingest`) or what is computed from them (`activity`).
"""

from analytics_platform.event_contract.column import Column, Contract, Kind
from analytics_platform.event_contract.tables import (
    CLASSROOMS,
    CONTRACTS,
    EVENT_NAMES,
    EVENTS,
    EXPOSURES,
    FEATURES,
    HUMAN_RATINGS,
    INGESTED_FILES,
    INTERACTIONS,
    PLANS,
    PLATFORMS,
    QUARANTINE,
    ROLES,
    USERS,
)

__all__ = [
    "CLASSROOMS",
    "CONTRACTS",
    "EVENTS",
    "EVENT_NAMES",
    "EXPOSURES",
    "FEATURES",
    "HUMAN_RATINGS",
    "INGESTED_FILES",
    "INTERACTIONS",
    "PLANS",
    "PLATFORMS",
    "QUARANTINE",
    "ROLES",
    "USERS",
    "Column",
    "Contract",
    "Kind",
]
