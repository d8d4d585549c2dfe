"""The asset graph as a whole: a reviewed golden file, and what every asset must say of itself.

After a change that is meant: `python -m analytics_platform_tests.test_definitions` writes the file anew.
"""

import shutil
import subprocess
import sys
import tempfile
from datetime import date
from itertools import dropwhile
from pathlib import Path

import dagster as dg
import pytest
import yaml

from analytics_platform.definitions import defs
from analytics_platform.defs.checks import CHECKS
from analytics_platform.event_contract import CONTRACTS
from analytics_platform.ingest.writing import create_tables
from analytics_platform.lakehouse import Lake
from analytics_platform.lakehouse.model import parse, table_names
from analytics_platform.workspace import MODELS

ROOT = Path(__file__).parents[1]
GOLDEN = Path(__file__).with_name("asset_graph.txt")
DAILY = {
    "raw/events",
    "raw/users",
    "raw/classrooms",
    "raw/exposures",
    "raw/human_ratings",
    "raw/interactions",
    "activity/events",
    "activity/sessions",
    "activity/user_days",
    "behaviour/kpi_daily",
    "behaviour/feature_adoption_daily",
    "behaviour/lifecycle_daily",
    "behaviour/growth_accounting_daily",
    "experiments/ledger",
    "experiments/histograms",
    "churn/features",
    "churn/scores",
}


def load(folder: Path) -> dg.Definitions:
    """The definitions over the lake of a folder, and without anyone's settings."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.chdir(folder)
        monkeypatch.setenv("ANALYTICS_LAKE", str(folder / "lake"))
        return defs()


@pytest.fixture(scope="module")
def definitions(tmp_path_factory: pytest.TempPathFactory) -> dg.Definitions:
    """Over an empty lake, which is to be simulated."""
    return load(tmp_path_factory.mktemp("definitions"))


def edges(definitions: dg.Definitions) -> str:
    """One edge a line, sorted; an asset without any stands alone."""
    graph = definitions.resolve_asset_graph()
    lines = set[str]()
    for key in graph.get_all_asset_keys():
        node = graph.get(key)
        lines |= {f"{parent.to_user_string()} -> {key.to_user_string()}" for parent in node.parent_keys}
        if not node.parent_keys and not node.child_keys:
            lines.add(key.to_user_string())
    return "\n".join(sorted(lines)) + "\n"


def test_the_asset_graph_is_the_reviewed_one(definitions: dg.Definitions) -> None:
    assert edges(definitions) == GOLDEN.read_text()


def test_every_asset_says_what_it_is_and_who_answers_for_it(definitions: dg.Definitions) -> None:
    for spec in definitions.resolve_all_asset_specs():
        name = spec.key.to_user_string()
        expected_group = {"truth": "simulation"}.get(spec.key.path[0], spec.key.path[0])
        assert spec.group_name == expected_group, name
        assert spec.owners, name
        assert spec.kinds, name
        assert spec.description, name
        assert spec.metadata["dagster/table_name"] == name.replace("/", "."), name
        assert str(spec.metadata["dagster/uri"]).startswith("file://"), name
        references = spec.metadata["dagster/code_references"].code_references
        assert all(Path(reference.file_path).exists() for reference in references), name


def test_every_model_is_an_asset_with_its_sql_and_a_version_that_follows_it(
    definitions: dg.Definitions,
) -> None:
    specs = {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}
    for name, model in MODELS.items():
        spec = specs[name.replace(".", "/")]
        statement = "\n".join(dropwhile(lambda line: line.startswith("--"), model.sql.splitlines()))
        assert model.description in (spec.description or "")
        assert statement.rstrip() in (spec.description or "")
        assert spec.code_version
    versions = {specs[name.replace(".", "/")].code_version for name in MODELS}
    assert len(versions) == len(MODELS)


def test_every_table_of_the_contract_is_shown_where_a_log_was_ingested(tmp_path: Path) -> None:
    create_tables(Lake(tmp_path / "lake"), date(2025, 9, 1))
    specs = {spec.key.to_user_string(): spec for spec in load(tmp_path).resolve_all_asset_specs()}
    for table, contract in CONTRACTS.items():
        columns = specs[table.replace(".", "/")].metadata["dagster/column_schema"].columns
        assert [column.name for column in columns] == contract.names


def test_what_is_born_by_day_is_partitioned_and_built_in_one_run(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    partitioned = {key for key in graph.materializable_asset_keys if graph.get(key).is_partitioned}
    assert {key.to_user_string() for key in partitioned} == DAILY
    assert {graph.get(key).backfill_policy for key in partitioned} == {dg.BackfillPolicy.single_run()}
    assert len({graph.get(key).partitions_def for key in partitioned}) == 1


def test_a_check_reads_only_its_table_and_what_that_table_is_built_from(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    raw = {key for key in graph.materializable_asset_keys if key.path[0] == "raw"}
    for check in CHECKS:
        key = dg.AssetKey(check.table.split("."))
        built_before = {key, *raw, *graph.get_ancestor_asset_keys(key)}
        read = {dg.AssetKey(table.split(".")) for table in table_names(parse(check.sql))}
        assert read <= built_before, f"{check.table} {check.name} reads what is built later"


def test_every_check_of_a_package_is_announced_by_its_asset(definitions: dg.Definitions) -> None:
    announced = {
        (".".join(key.asset_key.path), key.name) for key in definitions.resolve_asset_graph().asset_check_keys
    }
    assert {(check.table, check.name) for check in CHECKS} <= announced
    assert {
        ("raw.events", "contract"),
        ("raw.users", "unique_key"),
        ("behaviour.kpi_daily", "freshness"),
    } <= announced


def test_truth_is_read_by_validation_alone(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    truth = [graph.get(key) for key in graph.get_all_asset_keys() if key.path[0] == "truth"]
    assert {child.path[0] for node in truth for child in node.child_keys} == {"validation"}


def test_jobs_schedules_and_sensors_are_these(definitions: dg.Definitions) -> None:
    jobs = {job.name for job in definitions.resolve_all_job_defs()}
    names = {"daily", "weekly", "check_freshness", "maintenance", "certification"}
    assert jobs - {"__ASSET_JOB"} == names
    assert {schedule.name for schedule in definitions.schedules or ()} == names
    assert [sensor.name for sensor in definitions.sensors or ()] == ["alerts"]
    assert definitions.executor is dg.in_process_executor


def test_workspace_yaml_names_the_definitions() -> None:
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text())
    assert workspace == {"load_from": [{"python_module": {"module_name": "analytics_platform.definitions"}}]}


@pytest.mark.parametrize("command", [("dagster", "definitions", "validate"), ("dg", "check", "defs")])
def test_dagsters_own_tools_load_the_definitions(command: tuple[str, ...], tmp_path: Path) -> None:
    tool = shutil.which(command[0], path=Path(sys.executable).parent)
    assert tool is not None
    environment = {
        "PATH": str(Path(tool).parent),
        "HOME": str(tmp_path),
        "ANALYTICS_LAKE": str(tmp_path / "lake"),
    }
    done = subprocess.run(
        [tool, *command[1:]],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr + done.stdout


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        GOLDEN.write_text(edges(load(Path(temporary))))
