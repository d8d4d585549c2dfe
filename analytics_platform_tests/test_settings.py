"""Settings: where they come from, which wins, and what a wrong one says."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable and no file but those of the test."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ANALYTICS_{name.upper()}", raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_describe_the_demo():
    settings = load_settings()

    assert settings.lake == Path("data/lake")
    assert (settings.world_start, settings.days) == (date(2025, 9, 1), 180)
    assert settings.world_end == date(2026, 2, 27)
    assert settings.zone == ZoneInfo("UTC")


def test_a_variable_wins_over_the_file_and_the_file_over_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    (tmp_path / "analytics.toml").write_text('seed = 5\nusers = 300\ntimezone = "Europe/Berlin"\n')
    monkeypatch.setenv("ANALYTICS_USERS", "400")

    settings = load_settings()

    assert (settings.seed, settings.users, settings.days) == (5, 400, 180)
    assert settings.zone == ZoneInfo("Europe/Berlin")


def test_a_path_beside_the_lake_takes_its_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ANALYTICS_LAKE", "/somewhere/moodle")

    assert load_settings().beside_lake("dagster") == Path("/somewhere/moodle.dagster")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("USERS", "many", "Setting users .*valid integer.*got 'many'"),
        ("USERS", "10", "Setting users .*greater than or equal to 200"),
        ("DAYS", "0", "Setting days .*greater than or equal to 1"),
        ("TIMEZONE", "Mars/Base", "Setting timezone .*no time zone is called 'Mars/Base'"),
        ("MEMORY_LIMIT", "lots", "Setting memory_limit .*got 'lots'"),
        ("SOURCE", "kafka", "Setting source .*'auto', 'simulation' or 'logs'"),
        ("START_DATE", "1 May", "Setting start_date .*got '1 May'"),
        ("QUARANTINE_THRESHOLD", "1.5", "Setting quarantine_threshold .*less than or equal to 1"),
    ],
)
def test_a_wrong_value_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
):
    monkeypatch.setenv(f"ANALYTICS_{name}", value)

    with pytest.raises(AnalyticsError, match=sentence) as refused:
        load_settings()

    assert f"ANALYTICS_{name}" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_an_unknown_variable_is_refused_with_those_there_are(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ANALYTICS_LAEK", "data/lake")

    with pytest.raises(AnalyticsError, match=r"Unknown setting ANALYTICS_LAEK.*ANALYTICS_LAKE"):
        load_settings()


def test_an_unknown_name_in_the_file_is_refused(tmp_path: Path):
    (tmp_path / "analytics.toml").write_text('laek = "data/lake"\n')

    with pytest.raises(AnalyticsError, match="Setting laek"):
        load_settings()


def test_a_malformed_file_is_refused_with_its_place(tmp_path: Path):
    (tmp_path / "analytics.toml").write_text("users = \n")

    with pytest.raises(AnalyticsError, match=r"analytics\.toml is not valid TOML.*line 1"):
        load_settings()


def test_a_key_is_not_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("ANALYTICS_JUDGE_API_KEY", "sk-very-secret")
    settings = load_settings()

    assert settings.judge_api_key is not None
    assert settings.judge_api_key.get_secret_value() == "sk-very-secret"
    assert (
        "sk-very-secret"
        not in f"{settings!r} {settings} {settings.model_dump()} {settings.model_dump_json()}"
    )


@pytest.mark.parametrize(
    "line",
    ['judge_api_key = ["sk-very-secret"]', "judge_api_key = 5550123", 'judge_apikey = "sk-very-secret"'],
    ids=["list", "number", "misspelt"],
)
def test_a_wrong_line_with_a_key_is_refused_without_showing_it(tmp_path: Path, line: str):
    (tmp_path / "analytics.toml").write_text(f"{line}\n")

    with pytest.raises(AnalyticsError, match="Setting judge_api") as refused:
        load_settings()

    assert "secret" not in str(refused.value)
    assert "5550123" not in str(refused.value)


def test_every_setting_is_described():
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
