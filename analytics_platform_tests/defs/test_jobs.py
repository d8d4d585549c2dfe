"""Jobs: what is built together."""

from pathlib import Path

import dagster as dg
import pytest

from analytics_platform.defs import freshness, jobs
from analytics_platform.defs.experiments import CATALOGUE, OBSERVATIONAL
from analytics_platform.experiments.tables import TABLES
from analytics_platform.workspace import MODELS

SLOW = {
    "experiments.uplift",
    *OBSERVATIONAL,
    "churn.model_cards",
    "churn.feature_importance",
    "churn.drivers",
}
FORECASTS = {
    "forecasts.backtests",
    "forecasts.calendar",
    "forecasts.forecasts",
    "forecasts.growth_rates",
    "forecasts.retention_curves",
    "forecasts.scenario_levers",
    "forecasts.scenario_states",
    "forecasts.scenarios",
    "forecasts.subscriptions_daily",
}
PROOFS = {
    "validation.churn_ceiling",
    "validation.detector",
    "validation.quality_recovery",
    "validation.recovery",
    "validation.scenario_replays",
}


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return dg.load_from_defs_folder(path_within_project=Path(jobs.__file__).parent)


def built_by(job: str, definitions: dg.Definitions) -> set[str]:
    """Tables that a job builds."""
    keys = definitions.resolve_job_def(job).asset_layer.executable_asset_keys
    return {".".join(key.path) for key in keys}


def checked_by(job: str, definitions: dg.Definitions) -> set[dg.AssetCheckKey]:
    """Checks that a job runs."""
    return set(definitions.resolve_job_def(job).asset_layer.asset_graph.asset_check_keys)


def test_the_daily_job_builds_all_that_new_days_change_and_not_the_truth(definitions: dg.Definitions) -> None:
    names = built_by("daily", definitions)
    assert names >= {*MODELS, *CATALOGUE, *TABLES, "raw.events", "raw.users"}
    assert {name.partition(".")[0] for name in names} == {
        "raw",
        "activity",
        "behaviour",
        "experiments",
        "llm_quality",
        "churn",
    }


def test_what_fits_models_to_all_history_is_built_weekly_and_not_daily(definitions: dg.Definitions) -> None:
    assert built_by("weekly", definitions) == {*SLOW, *FORECASTS, *PROOFS}
    assert not built_by("daily", definitions) & {*SLOW, *FORECASTS, *PROOFS}


def test_certification_builds_certificates_alone(definitions: dg.Definitions) -> None:
    assert built_by("certification", definitions) == {"validation.certificates"}


def test_every_table_of_experiments_is_built_by_a_job(definitions: dg.Definitions) -> None:
    keys = definitions.resolve_asset_graph().materializable_asset_keys
    tables = {".".join(key.path) for key in keys if key.path[0] == "experiments"}
    assert tables <= built_by("daily", definitions) | built_by("weekly", definitions)


@pytest.mark.parametrize("job", ["daily", "weekly", "certification"])
def test_a_job_runs_every_check_of_what_it_builds(job: str, definitions: dg.Definitions) -> None:
    built = built_by(job, definitions)
    every = definitions.resolve_asset_graph().asset_check_keys
    assert checked_by(job, definitions) == {key for key in every if ".".join(key.asset_key.path) in built}


def test_no_check_is_left_to_be_run_by_hand(definitions: dg.Definitions) -> None:
    ran = {key for job in ("daily", "weekly", "certification") for key in checked_by(job, definitions)}
    assert ran == set(definitions.resolve_asset_graph().asset_check_keys)


def test_freshness_is_asked_without_building_anything(definitions: dg.Definitions) -> None:
    layer = definitions.resolve_job_def("check_freshness").asset_layer
    assert not layer.executable_asset_keys
    checked = {".".join(key.asset_key.path) for key in layer.asset_graph.asset_check_keys}
    assert checked == set(freshness.DAILY_TABLES)
