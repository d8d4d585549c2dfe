"""The activity tables as assets: what people did, from clean events to one row a person.

Belongs here: which tables there are, in the order in which they are built. Does not: what a table
holds (`activity/<table>.sql`) or how a model becomes an asset (`model_assets.py`).
"""

import dagster as dg

from analytics_platform.activity import EVENT_LOG, EVENTS, SESSIONS, USER_DAYS, USERS
from analytics_platform.defs.model_assets import model_asset

OWNER = "team:data_platform"


@dg.definitions
def activity() -> dg.Definitions:
    """Each asset's inputs, columns, key and partitions are read from its SQL."""
    return dg.Definitions(
        assets=[
            model_asset(EVENTS, OWNER),  # by day: each event once, in a session, bots flagged
            model_asset(SESSIONS, OWNER),  # by day: one row a session
            model_asset(USER_DAYS, OWNER),  # by day: one row a user; every KPI starts here
            model_asset(USERS, OWNER),  # whole: one row a user, with observed retention
            model_asset(EVENT_LOG, OWNER),  # view: the flat table that analysts know
        ]
    )
