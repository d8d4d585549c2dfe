"""Jobs: what is built together."""

from pathlib import Path

import dagster as dg
import pytest

from analytics_platform.defs import freshness, jobs
from analytics_platform.workspace import MODELS


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return dg.load_from_defs_folder(path_within_project=Path(jobs.__file__).parent)


def test_the_daily_job_builds_all_that_new_days_change_and_not_the_truth(definitions: dg.Definitions) -> None:
    layer = definitions.resolve_job_def("daily").asset_layer
    names = {key.to_user_string() for key in layer.executable_asset_keys}
    assert names >= {name.replace(".", "/") for name in MODELS} | {"raw/events", "raw/users"}
    assert {name.partition("/")[0] for name in names} == {"raw", "activity", "behaviour"}


def test_the_daily_job_runs_every_check(definitions: dg.Definitions) -> None:
    checked = definitions.resolve_job_def("daily").asset_layer.asset_graph.asset_check_keys
    assert checked == definitions.resolve_asset_graph().asset_check_keys


def test_freshness_is_asked_without_building_anything(definitions: dg.Definitions) -> None:
    layer = definitions.resolve_job_def("check_freshness").asset_layer
    assert not layer.executable_asset_keys
    checked = {".".join(key.asset_key.path) for key in layer.asset_graph.asset_check_keys}
    assert checked == set(freshness.DAILY_TABLES)
