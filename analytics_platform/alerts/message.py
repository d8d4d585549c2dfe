"""The words of an alert, plain and in Slack's shape, with links into the Dagster UI."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from analytics_platform.alerts.changes import CheckResult, News

Kind = Literal["check_failed", "check_recovered", "run_failed"]

SHOWN_DAYS = 5
SHOWN_ALERTS = 20
SHOWN_CHARACTERS = 600
SIGNS = {
    "check_failed": ":red_circle:",
    "check_recovered": ":large_green_circle:",
    "run_failed": ":red_circle:",
}


@dataclass(frozen=True)
class Alert:
    """One message to people.

    Attributes:
        id: the same each time the same change is told, so that a repeat is recognised.
        kind: what changed.
        title: one line.
        detail: what was found, one or two sentences.
        link: where to look.
        is_error: whether it is more than a warning.
    """

    id: str
    kind: Kind
    title: str
    detail: str
    link: str
    is_error: bool


def check_alert(news: News, result: CheckResult, dagster_url: str) -> Alert:
    """What is said of a check that began to fail or recovered."""
    subject = f"check {result.name} of {result.table}"
    level = "Error" if result.is_error else "Warning"
    path = "/".join(quote(part) for part in result.table.split("."))
    return Alert(
        id=f"{result.run_id}/{result.table}/{result.name}/{news}",
        kind="check_failed" if news == "failed" else "check_recovered",
        title=f"{level}: {subject} failed" if news == "failed" else f"Recovered: {subject}",
        detail=" ".join(filter(None, (result.description, _days(result.failing_days)))),
        link=f"{dagster_url.rstrip('/')}/assets/{path}?view=checks&checkDetail={quote(result.name)}",
        is_error=news == "failed" and result.is_error,
    )


def run_alert(run_id: str, job: str, reason: str, dagster_url: str) -> Alert:
    """What is said of a run that failed."""
    return Alert(
        id=f"{run_id}/run_failed",
        kind="run_failed",
        title=f"Error: run of {job} failed",
        detail=reason,
        link=f"{dagster_url.rstrip('/')}/runs/{run_id}",
        is_error=True,
    )


def slack_message(alerts: Sequence[Alert]) -> dict[str, Any]:
    """All alerts of a moment as one message in the shape of Slack's incoming webhooks."""
    shown, hidden = alerts[:SHOWN_ALERTS], len(alerts) - SHOWN_ALERTS
    blocks = [_section(_mrkdwn(alert)) for alert in shown]
    if hidden > 0:
        blocks.append(_section(f"… and {hidden} more."))
    return {"text": "\n".join(_escape(alert.title) for alert in shown), "blocks": blocks}


def _days(days: Sequence[str]) -> str:
    if not days:
        return ""
    more = f" and {len(days) - SHOWN_DAYS} more" if len(days) > SHOWN_DAYS else ""
    return f"Days: {', '.join(days[:SHOWN_DAYS])}{more}."


def _mrkdwn(alert: Alert) -> str:
    sign = SIGNS[alert.kind] if alert.is_error or alert.kind == "check_recovered" else ":warning:"
    detail = alert.detail if len(alert.detail) <= SHOWN_CHARACTERS else f"{alert.detail[:SHOWN_CHARACTERS]}…"
    return f"{sign} *<{alert.link}|{_escape(alert.title)}>*\n{_escape(detail)}"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _escape(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
