"""Validation as assets: certificates with their check, and a recovery only where truth was planted."""

from datetime import date

import dagster as dg
import pytest

from analytics_platform.defs import launch, validation
from analytics_platform.defs.validation import Certification
from analytics_platform.event_contract import EVENTS
from analytics_platform.lakehouse import Window
from analytics_platform.validation.certificates import SEED, certify
from analytics_platform.validation.matrix import matrix
from analytics_platform.workspace import open_workspace

DAYS = Window(date(2025, 9, 1), date(2025, 9, 3))


@pytest.fixture
def few_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    """Certificates of one method alone."""
    table = certify("quick", methods=[next(iter(matrix().values())).method], workers=1)
    monkeypatch.setattr(validation, "certify", lambda *_, **__: table)


@pytest.mark.usefixtures("settings_in_force", "few_certificates")
def test_certificates_are_kept_and_judged(instance: dg.DagsterInstance) -> None:
    outcome = launch.run(select="validation/certificates", instance=instance)

    assert outcome.succeeded, outcome.error
    assert open_workspace().lake.scan("validation.certificates").collect().height > 0


@pytest.mark.usefixtures("settings_in_force")
def test_a_log_has_nothing_to_recover_nor_to_replay(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validation, "recovery", lambda *_: pytest.fail("there is no truth"))
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    monkeypatch.setenv("ANALYTICS_LOG_PATH", "events.csv")
    open_workspace().lake.replace_days("raw.events", DAYS, [], EVENTS.arrow_schema())
    for table in ("recovery", "scenario_replays", "churn_ceiling"):
        outcome = launch.run(DAYS, f"validation/{table}", instance=instance)

        assert outcome.succeeded, outcome.error
        assert not open_workspace().lake.exists(f"validation.{table}")


def test_weekly_draws_are_new_each_week_and_fixed_ones_never():
    weekly, fixed = Certification(draws="weekly"), Certification()

    seeds = [weekly.seed(date(2026, 1, 4)), weekly.seed(date(2026, 1, 5)), weekly.seed(date(2026, 1, 11))]
    assert seeds == [202601, 202602, 202602]
    assert fixed.seed(date(2026, 1, 4)) == SEED
