"""The words of alerts."""

import pytest

from analytics_platform.alerts import Alert, CheckResult, check_alert, run_alert, slack_message

URL = "http://127.0.0.1:3000"


def result(*days: str, is_error: bool = True) -> CheckResult:
    return CheckResult("raw.events", "contract", not days, is_error, "Every value is allowed.", days, "run-1")


def test_a_failed_check_says_what_where_and_when() -> None:
    assert check_alert("failed", result("2025-09-01", "2025-09-02"), URL) == Alert(
        id="run-1/raw.events/contract/failed",
        kind="check_failed",
        title="Error: check contract of raw.events failed",
        detail="Every value is allowed. Days: 2025-09-01, 2025-09-02.",
        link="http://127.0.0.1:3000/assets/raw/events?view=checks&checkDetail=contract",
        is_error=True,
    )


def test_a_warning_is_called_one() -> None:
    alert = check_alert("failed", result("2025-09-01", is_error=False), URL + "/")
    assert alert.title == "Warning: check contract of raw.events failed"
    assert not alert.is_error
    assert alert.link.startswith("http://127.0.0.1:3000/assets/")


def test_many_days_are_counted() -> None:
    alert = check_alert("failed", result(*(f"2025-09-0{day}" for day in range(1, 9))), URL)
    assert alert.detail.endswith(
        "Days: 2025-09-01, 2025-09-02, 2025-09-03, 2025-09-04, 2025-09-05 and 3 more."
    )


def test_a_recovery_names_what_holds_again() -> None:
    alert = check_alert("recovered", result(), URL)
    assert (alert.kind, alert.title) == ("check_recovered", "Recovered: check contract of raw.events")
    assert alert.detail == "Every value is allowed."
    assert not alert.is_error


def test_a_failed_run_says_why_and_leads_there() -> None:
    assert run_alert("run-1", "daily", "raw: The disk is full.", URL) == Alert(
        id="run-1/run_failed",
        kind="run_failed",
        title="Error: run of daily failed",
        detail="raw: The disk is full.",
        link="http://127.0.0.1:3000/runs/run-1",
        is_error=True,
    )


@pytest.mark.parametrize(
    ("news", "is_error", "sign"),
    [
        ("failed", True, ":red_circle:"),
        ("failed", False, ":warning:"),
        ("recovered", True, ":large_green_circle:"),
    ],
)
def test_a_message_has_slacks_shape(news: str, is_error: bool, sign: str) -> None:
    alert = check_alert(news, result("2025-09-01", is_error=is_error), URL)  # pyright: ignore[reportArgumentType]
    message = slack_message([alert])
    assert message["text"] == alert.title
    (block,) = message["blocks"]
    assert block["type"] == "section"
    assert block["text"]["type"] == "mrkdwn"
    assert block["text"]["text"] == f"{sign} *<{alert.link}|{alert.title}>*\n{alert.detail}"


def test_what_slack_would_read_as_markup_is_escaped() -> None:
    message = slack_message([run_alert("1", "a<b", "x & y > z", URL)])
    assert "a&lt;b" in message["text"]
    assert message["blocks"][0]["text"]["text"].endswith("x &amp; y &gt; z")


def test_a_flood_is_cut_to_what_slack_takes() -> None:
    alerts = [run_alert(str(number), "daily", "x" * 5000, URL) for number in range(120)]
    message = slack_message(alerts)
    assert len(message["blocks"]) <= 50
    assert all(len(block["text"]["text"]) <= 3000 for block in message["blocks"])
    assert message["blocks"][-1]["text"]["text"] == "… and 100 more."
