"""What people did: clean events, sessions, user-days and users, from the raw tables.

Belongs here: tables that describe activity without judging it. Does not: KPIs and anything that divides
one number by another (`behaviour`, `metrics`).
"""

from pathlib import Path

from analytics_platform.activity.event_log import EVENT_LOG
from analytics_platform.activity.events import EVENTS
from analytics_platform.activity.sessions import SESSIONS
from analytics_platform.activity.user_days import USER_DAYS
from analytics_platform.activity.users import USERS
from analytics_platform.lakehouse import Check, Model, load_checks, uniqueness

MODELS: dict[str, Model] = {model.name: model for model in (EVENTS, SESSIONS, USER_DAYS, USERS, EVENT_LOG)}
CHECKS: tuple[Check, ...] = (
    *(uniqueness(model) for model in (EVENTS, SESSIONS, USER_DAYS, USERS)),
    *load_checks(Path(__file__).with_name("checks")),
)

__all__ = ["CHECKS", "EVENTS", "EVENT_LOG", "MODELS", "SESSIONS", "USERS", "USER_DAYS"]
