"""How alerts leave: one HTTP request to a webhook, lines in a file."""

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from analytics_platform.alerts.message import Alert, slack_message

TIMEOUT_SECONDS = 10


class DeliveryError(Exception):
    """Alerts could not be handed over; they must be sent again."""


def deliver(alerts: Sequence[Alert], webhook: str | None, file: Path) -> None:
    """Hand over all alerts of a moment, or raise: then all of them are to be sent again.

    The webhook goes first, as it fails more often: a repeat then repeats nothing in the file.

    Args:
        alerts: what to say; nothing is sent when there is none.
        webhook: address that takes Slack-shaped JSON; None: only the file.
        file: gets one JSON line an alert.

    Raises:
        DeliveryError: the webhook did not take the message or the file cannot be written.
    """
    if not alerts:
        return
    if webhook is not None:
        post(alerts, webhook)
    append(alerts, file)


def post(alerts: Sequence[Alert], webhook: str) -> None:
    """Send one message to a webhook; raises DeliveryError unless it answers with success."""
    host = urlsplit(webhook).hostname
    if urlsplit(webhook).scheme not in ("http", "https"):
        raise DeliveryError("The webhook is not an http or https address: mend setting alert_webhook.")
    request = urllib.request.Request(  # noqa: S310
        webhook,
        data=json.dumps(slack_message(alerts)).encode(),
        headers={"Content-Type": "application/json; charset=utf-8"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310
            pass
    except urllib.error.HTTPError as error:
        error.close()
        raise DeliveryError(f"The webhook at {host} answered {error.code} {error.reason}.") from None
    except (OSError, HTTPException, ValueError) as error:
        raise DeliveryError(f"The webhook at {host} could not be reached: {error}.") from None


def append(alerts: Sequence[Alert], file: Path) -> None:
    """Append one JSON line an alert, all in one write; raises DeliveryError."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    lines = "".join(json.dumps({"at": at, **asdict(alert)}, ensure_ascii=False) + "\n" for alert in alerts)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as stream:
            stream.write(lines)
    except OSError as error:
        raise DeliveryError(f"Alerts cannot be written to {file}: {error.strerror}.") from None
