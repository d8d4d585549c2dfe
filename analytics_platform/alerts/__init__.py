"""Alerts: what is said when a check fails or recovers or a run fails, and how it reaches people.

Belongs here: which changes deserve a message, its words, its delivery. Does not: where checks and runs
are recorded (`defs/sensors.py` reads Dagster's history).
"""

from analytics_platform.alerts.changes import CheckResult, CheckState, changes
from analytics_platform.alerts.delivery import DeliveryError, deliver
from analytics_platform.alerts.message import Alert, Kind, check_alert, run_alert, slack_message

__all__ = [
    "Alert",
    "CheckResult",
    "CheckState",
    "DeliveryError",
    "Kind",
    "changes",
    "check_alert",
    "deliver",
    "run_alert",
    "slack_message",
]
