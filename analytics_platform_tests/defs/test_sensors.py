"""The alert sensor: each change is delivered, a refused one again, none twice."""

import json
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import pytest

from analytics_platform.alerts import DeliveryError
from analytics_platform.defs.sensors import alerts
from analytics_platform.errors import AnalyticsError
from analytics_platform_tests.alerts.receiver import Receiver, receiving
from analytics_platform_tests.defs.small_checks import Script


@dataclass
class Daemon:
    """Ticks the sensor as Dagster's daemon would: its cursor moves only when a tick succeeds."""

    instance: dg.DagsterInstance
    definitions: dg.Definitions
    cursor: str | None = None

    def tick(self) -> None:
        context = dg.build_sensor_context(
            instance=self.instance, cursor=self.cursor, definitions=self.definitions
        )
        self.cursor = alerts.evaluate_tick(context).cursor


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Generator[Receiver]:
    """The webhook of the settings."""
    with receiving() as receiver:
        monkeypatch.setenv("ANALYTICS_ALERT_WEBHOOK", receiver.address)
        yield receiver


@pytest.fixture
def daemon(kept_instance: dg.DagsterInstance, script: Script) -> Daemon:
    """A daemon that has ticked once."""
    daemon = Daemon(kept_instance, script.definitions())
    daemon.tick()
    return daemon


def titles(receiver: Receiver) -> list[str]:
    return [message["text"] for message in receiver.accepted]


FAILED = "Warning: check contract of raw.events failed"
RECOVERED = "Recovered: check contract of raw.events"


def test_a_check_that_fails_while_its_run_succeeds_is_told_and_so_is_its_recovery(
    daemon: Daemon, script: Script, receiver: Receiver
) -> None:
    script.run(daemon.instance, "2025-09-01")
    daemon.tick()
    assert titles(receiver) == [FAILED]
    script.run(daemon.instance)
    daemon.tick()
    assert titles(receiver) == [FAILED, RECOVERED]


def test_what_did_not_change_is_told_once(daemon: Daemon, script: Script, receiver: Receiver) -> None:
    for _ in range(2):
        script.run(daemon.instance, "2025-09-01")
        daemon.tick()
        daemon.tick()
    assert titles(receiver) == [FAILED]


def test_a_further_day_is_told(daemon: Daemon, script: Script, receiver: Receiver) -> None:
    script.run(daemon.instance, "2025-09-01")
    daemon.tick()
    script.run(daemon.instance, "2025-09-01", "2025-09-02")
    daemon.tick()
    assert titles(receiver) == [FAILED, FAILED]
    assert "2025-09-01, 2025-09-02" in receiver.accepted[1]["blocks"][0]["text"]["text"]


def test_everything_between_two_ticks_goes_in_one_message(
    daemon: Daemon, script: Script, receiver: Receiver
) -> None:
    script.run(daemon.instance, "2025-09-01", is_error=True)
    script.run(daemon.instance)
    script.fail(daemon.instance, AnalyticsError("The lake is read-only."))
    daemon.tick()
    assert titles(receiver) == [
        f"Error: check contract of raw.events failed\n{RECOVERED}\nError: run of assets failed"
    ]


def test_what_was_before_the_first_tick_is_not_told(
    kept_instance: dg.DagsterInstance, script: Script, receiver: Receiver
) -> None:
    script.run(kept_instance, "2025-09-01")
    script.fail(kept_instance, ValueError("old"))
    daemon = Daemon(kept_instance, script.definitions())
    daemon.tick()
    daemon.tick()
    assert receiver.accepted == []
    script.run(kept_instance)
    daemon.tick()
    assert titles(receiver) == [RECOVERED]


def test_a_failed_run_is_told_with_its_reason_and_a_link(
    daemon: Daemon, script: Script, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_DAGSTER_URL", "https://dagster.example.org")
    run_id = script.fail(daemon.instance, AnalyticsError("The lake is read-only."))
    daemon.tick()
    (message,) = receiver.accepted
    text = message["blocks"][0]["text"]["text"]
    assert f"<https://dagster.example.org/runs/{run_id}|Error: run of assets failed>" in text
    assert text.endswith("raw/events: The lake is read-only.")


def test_a_refused_alert_comes_again_until_it_is_taken(
    daemon: Daemon, script: Script, receiver: Receiver
) -> None:
    receiver.refusals = [500, 503]
    script.run(daemon.instance, "2025-09-01")
    for _ in range(2):
        with pytest.raises(DeliveryError, match="answered 50"):
            daemon.tick()
    daemon.tick()
    daemon.tick()
    assert titles(receiver) == [FAILED]
    assert receiver.refused == [receiver.accepted[0]] * 2


def test_news_that_come_while_the_webhook_is_away_are_not_lost(
    daemon: Daemon, script: Script, receiver: Receiver
) -> None:
    receiver.refusals = [500]
    script.run(daemon.instance, "2025-09-01")
    with pytest.raises(DeliveryError):
        daemon.tick()
    script.run(daemon.instance)
    daemon.tick()
    assert titles(receiver) == [f"{FAILED}\n{RECOVERED}"]


def test_without_a_webhook_alerts_go_to_the_file_beside_the_lake(
    daemon: Daemon, script: Script, settings_in_force: Path
) -> None:
    script.run(daemon.instance, "2025-09-01")
    daemon.tick()
    (line,) = (settings_in_force / "lake.alerts.jsonl").read_text().splitlines()
    assert json.loads(line)["title"] == FAILED


def test_the_file_may_lie_elsewhere(
    daemon: Daemon, script: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ANALYTICS_ALERT_FILE", str(tmp_path / "elsewhere.jsonl"))
    script.run(daemon.instance, "2025-09-01")
    daemon.tick()
    assert len((tmp_path / "elsewhere.jsonl").read_text().splitlines()) == 1


def test_an_idle_tick_asks_little(daemon: Daemon, script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    script.run(daemon.instance, "2025-09-01")
    daemon.tick()

    def never(*_: object, **__: object) -> None:
        raise AssertionError("the history of a check that did not move was read")

    storage = type(daemon.instance.event_log_storage)
    monkeypatch.setattr(storage, "get_asset_check_execution_history", never)
    daemon.tick()


def test_the_cursor_survives_a_restart(daemon: Daemon, script: Script, receiver: Receiver) -> None:
    script.run(daemon.instance, "2025-09-01")
    daemon.tick()
    again = Daemon(daemon.instance, script.definitions(), daemon.cursor)
    again.tick()
    assert again.cursor == daemon.cursor
    assert titles(receiver) == [FAILED]


def test_the_sensor_runs_unless_it_is_stopped_and_not_too_often() -> None:
    assert alerts.default_status is dg.DefaultSensorStatus.RUNNING
    assert alerts.minimum_interval_seconds == 30
