"""Upkeep as a job."""

from datetime import date
from pathlib import Path

import dagster as dg

from analytics_platform.defs import launch, maintenance
from analytics_platform.lakehouse import Window
from analytics_platform.workspace import Workspace


def test_upkeep_leaves_the_rows_and_reports_every_table(
    built_workspace: Workspace, instance: dg.DagsterInstance
) -> None:
    launch.run(Window(date(2025, 9, 8), date(2025, 9, 9)), "activity/sessions", instance=instance)
    before = built_workspace.lake.scan("activity.sessions").collect()
    definitions = dg.load_from_defs_folder(path_within_project=Path(maintenance.__file__).parent)
    job = definitions.resolve_job_def("maintenance")
    result = job.execute_in_process(instance=instance, run_config=launch.QUIET)
    assert result.success
    assert built_workspace.lake.scan("activity.sessions").collect().equals(before)
    (output,) = [event for event in result.all_events if event.is_successful_output]
    shown = str(output.step_output_data.metadata["tables"].value)
    for table in built_workspace.lake.tables():
        assert f"| {table} |" in shown
