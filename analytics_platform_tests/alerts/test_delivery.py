"""Delivery: all of it, or an error that asks for a repeat."""

import json
from pathlib import Path

import pytest

from analytics_platform.alerts import DeliveryError, deliver, run_alert, slack_message
from analytics_platform_tests.alerts.receiver import receiving

ALERTS = [run_alert(str(number), "daily", "raw: Größe falsch.", "http://ui") for number in range(2)]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "new folder" / "alerts.jsonl"


def test_a_webhook_gets_one_message_and_the_file_a_line_an_alert(file: Path) -> None:
    with receiving() as receiver:
        deliver(ALERTS, receiver.address, file)
    assert receiver.accepted == [slack_message(ALERTS)]
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [line["id"] for line in lines] == ["0/run_failed", "1/run_failed"]
    assert {line["detail"] for line in lines} == {"raw: Größe falsch."}
    assert all(line["at"].endswith("+00:00") for line in lines)


def test_alerts_are_appended(file: Path) -> None:
    deliver(ALERTS[:1], None, file)
    deliver(ALERTS[1:], None, file)
    assert len(file.read_text().splitlines()) == 2


def test_nothing_to_say_sends_nothing(file: Path) -> None:
    with receiving() as receiver:
        deliver([], receiver.address, file)
    assert receiver.accepted == []
    assert not file.exists()


@pytest.mark.parametrize("status", [301, 400, 404, 429, 500, 503])
def test_a_refusal_is_an_error_and_writes_no_line(status: int, file: Path) -> None:
    with receiving([status]) as receiver, pytest.raises(DeliveryError, match=f"127.0.0.1 answered {status}"):
        deliver(ALERTS, receiver.address, file)
    assert len(receiver.refused) == 1
    assert not file.exists()


def test_a_webhook_that_is_not_there_is_an_error(file: Path) -> None:
    with receiving() as receiver:
        address = receiver.address
    with pytest.raises(DeliveryError, match=r"127\.0\.0\.1 could not be reached"):
        deliver(ALERTS, address, file)


def test_the_secret_part_of_a_webhook_is_not_told(file: Path) -> None:
    with receiving([500]) as receiver, pytest.raises(DeliveryError) as refused:
        deliver(ALERTS, f"{receiver.address}/T0/secret", file)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("address", ["file:///etc/passwd", "hooks.slack.com/x", "ftp://host/x"])
def test_only_web_addresses_are_webhooks(address: str, file: Path) -> None:
    with pytest.raises(DeliveryError, match="mend setting alert_webhook"):
        deliver(ALERTS, address, file)


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DeliveryError, match=r"cannot be written to .*: Is a directory"):
        deliver(ALERTS, None, tmp_path)
