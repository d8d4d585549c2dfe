"""The page itself: what each view says, and what it says where a table is missing."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.kpi_lake import write_lake
from analytics_platform_tests.dashboards.llm import quality_lake
from analytics_platform_tests.dashboards.test_app import opened
from dashboards.llm import sources

VIEWS = {
    "Overview": (1, "15.0% of answers make an unsupported claim (13.0% to 17.0%)", "prevalence"),
    "Over time": (3, "1 drift alarm on 1 watched series; the latest: unsupported probability", "drift"),
    "Versions": (1, "tutor-2 against tutor-1: worse on latency p95; better on", "version_comparisons"),
    "Experts and judges": (4, "Experts agree too little to lean on one of them: α = 0.59", "rater_agreement"),
    "Worst answers": (0, "The 10 answers most likely unsupported, by the detector", "worst_answers"),
}


@pytest.fixture(scope="module")
def quality(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = Lake(tmp_path_factory.mktemp("quality") / "lake")
    quality_lake.write_quality(lake)
    return lake.root


def page(view: str) -> AppTest:
    shown = opened().switch_page("app_pages/llm_quality.py")
    shown.query_params["view"] = view
    return shown.run()


@pytest.mark.parametrize("view", VIEWS)
def test_each_view_tells_its_finding_draws_it_and_says_where_it_comes_from(
    quality: Path, in_force: Open, view: str
):
    in_force(quality)
    shown = page(view)
    charts, said, table = VIEWS[view]
    assert not shown.exception
    assert shown.subheader[0].value.replace("\\", "").startswith(said)
    assert len(shown.get("plotly_chart")) == charts
    assert any(f"asset [llm_quality/{table}]" in each.value for each in shown.caption)


def test_the_overview_warns_that_a_flag_is_no_rate_and_gives_every_card_its_interval(
    quality: Path, in_force: Open
):
    in_force(quality)
    shown = page("Overview")
    assert "A flag is a weak signal about one answer and no rate" in shown.warning[0].value
    assert [each.label for each in shown.metric] == [
        "Satisfied ratings", "Unsupported answers", "Latency p95", "Cost of 1,000 good answers",
    ]  # fmt: skip
    assert sum(each.value.startswith("95%: ") and ", n = " in each.value for each in shown.caption) == 4


def test_labels_by_consensus_change_the_rate(quality: Path, in_force: Open):
    in_force(quality)
    shown = page("Overview")
    shown.button_group(key="labels").set_value("Consensus").run()
    assert shown.subheader[0].value.startswith("13.0% of answers")


READ_BY = {
    sources.QUALITY: "Over time",
    sources.RATINGS: "Overview",
    sources.AGREEMENT: "Experts and judges",
    sources.SEVERITY: "Experts and judges",
    sources.CALIBRATION: "Experts and judges",
    sources.PREVALENCE: "Overview",
    sources.VERSIONS: "Versions",
    sources.GAP: "Experts and judges",
    sources.DRIFT: "Over time",
    sources.QUEUE: "Worst answers",
    sources.WORST: "Worst answers",
}


@pytest.mark.parametrize("table", sources.TABLES)
def test_a_missing_table_is_told_in_words_and_leaves_the_rest(
    quality: Path, in_force: Open, tmp_path: Path, table: str
):
    root = Path(shutil.copytree(quality, tmp_path / "some"))
    shutil.rmtree(root / table.replace(".", "/"))
    in_force(root)
    shown = page(READ_BY[table])
    assert not shown.exception
    assert sources.absent(table) in {each.value for each in (*shown.info, *shown.subheader)}


@pytest.mark.parametrize("view", VIEWS)
def test_one_table_alone_is_enough_for_every_view(tmp_path: Path, in_force: Open, view: str):
    lake = Lake(tmp_path / "lake")
    others = tuple(table for table in sources.TABLES if table != sources.RATINGS)
    quality_lake.write_quality(lake, without=others)
    in_force(lake.root)
    shown = page(view)
    assert not shown.exception
    assert shown.info


def test_a_log_without_calls_is_told_what_it_takes(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "lake")
    write_lake(lake, users=12, days=40, quiet=True)
    in_force(lake.root)
    shown = page("Overview")
    assert not shown.exception
    assert "knows nothing of the quality of answers yet" in shown.info[0].value
    assert "kind: interactions" in shown.info[0].value


def test_the_file_of_the_worst_answers_holds_no_text_of_users(quality: Path, in_force: Open):
    in_force(quality)
    shown = page("Worst answers")
    assert any("not what users wrote" in each.value for each in shown.caption)
    listed = [set(each.value.columns) for each in shown.dataframe]
    assert all(not {"source_text", "output_text"} & columns for columns in listed)
