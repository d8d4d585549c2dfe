import json
import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.experiment_lake import rows_of, write_experiments, write_table
from analytics_platform_tests.dashboards.kpi_lake import write_checks
from dashboards.experiment_tabs import TABS
from dashboards.portfolio import DECISIONS

APP = Path(__file__).parents[2] / "dashboards" / "app.py"
NAMES = ("calmer_layout", "streak_reminders", "class_challenges", "tiny_pilot", "homepage_aa")
MISSING = re.compile(r"\b(None|NaN|nan|inf|null)\b")


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.switch_page("app_pages/experiments.py")
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def texts(page: AppTest) -> list[str]:
    return [block.value for kind in ("markdown", "caption", "subheader") for block in page.get(kind)]


def markdown(page: AppTest) -> str:
    return "\n".join(texts(page))


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """All tables, with every special case; read only."""
    lake = Lake(tmp_path_factory.mktemp("experiments") / "lake")
    write_experiments(lake)
    return lake


@pytest.fixture
def in_use(full: Lake, in_force: Open) -> None:
    in_force(full.root)


@pytest.mark.usefixtures("in_use")
def test_the_first_words_are_the_finding():
    page = opened()
    assert (
        page.subheader[0].value
        == "1 of 5 experiments ships, 1 stops, 1 is held and 2 are inconclusive; 1 is broken"
    )
    assert page.get("plotly_chart")[0].proto.alt == page.subheader[0].value


@pytest.mark.usefixtures("in_use")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("tab", TABS)
def test_every_tab_of_every_experiment_speaks_and_never_of_missing_numbers(name: str, tab: str):
    page = opened(experiment=name, tab=tab)
    assert page.selectbox(key="experiment").value == name
    assert not [text for text in texts(page) if MISSING.search(text)]
    assert all(chart.proto.alt for chart in page.get("plotly_chart"))
    for table in page.dataframe:
        assert not {str(cell) for column in table.value for cell in table.value[column]} & {"None", "nan"}


@pytest.mark.usefixtures("in_use")
def test_a_link_that_names_no_experiment_shows_the_first():
    assert opened(experiment="perpetual_motion").selectbox(key="experiment").value == "calmer_layout"


@pytest.mark.usefixtures("in_use")
def test_a_broken_experiment_warns_before_its_numbers():
    (warning,) = opened(experiment="streak_reminders").error
    assert warning.value.startswith("The groups are not as large as planned")
    assert not opened(experiment="calmer_layout").error


@pytest.mark.usefixtures("in_use")
@pytest.mark.parametrize(
    ("name", "badge"),
    [
        ("calmer_layout", "verified: certified"),
        ("class_challenges", "pending: not certified yet"),
        ("homepage_aa", "gpp_bad: uncertified"),
    ],
)
def test_the_deciding_method_wears_its_certificate(name: str, badge: str):
    (header,) = [
        text for text in texts(opened(experiment=name)) if "-badge[:material/" in text and "final" in text
    ]
    assert badge in header


@pytest.mark.usefixtures("in_use")
def test_what_cannot_be_estimated_says_why():
    assert "cannot be estimated because no user of either arm converted." in markdown(
        opened(experiment="tiny_pilot")
    )


@pytest.mark.usefixtures("in_use")
def test_one_metric_stands_by_every_method():
    page = opened(experiment="calmer_layout")
    assert page.selectbox(key="method_metric").value == "Engagement per user"
    assert "Bayesian: 99.8% chance" in markdown(page)
    page.selectbox(key="method_metric").set_value("Sessions per user").run()
    assert "Bayesian: " not in markdown(page)


@pytest.mark.usefixtures("in_use")
def test_what_was_not_randomised_stands_apart_with_its_assumptions():
    page = opened(evidence="Not randomised")
    assert page.subheader[0].value.startswith("D28 retention: +9.0%")
    told = markdown(page)
    assert "Adopters and others differ only in what was measured." in told
    assert "Double machine learning: cannot be estimated because the learner did not converge." in told
    assert len(page.get("plotly_chart")) == 3


@pytest.mark.usefixtures("in_use")
def test_every_chart_has_a_footer_with_asset_and_version():
    page = opened()
    captions = [caption.value for caption in page.caption if " · data `" in caption.value]
    assert [re.search(r"data `([^`]+)`", caption).group(1) for caption in captions] == [
        "experiments.decisions@1",
        "experiments.readouts@1",
        "experiments.readouts@1",
    ]
    (first, second) = (caption.value for caption in opened(evidence="Not randomised").caption[-2:])
    assert "experiments.observational_effects@1" in first
    assert "experiments.observational_diagnostics@1" in second


def test_several_variants_can_be_chosen_from(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "lake")
    write_experiments(lake, without=(DECISIONS,))
    first = rows_of(DECISIONS)[0]
    write_table(lake, DECISIONS, [first, {**first, "variant": "bold", "headline": "Bold loses."}])
    in_force(lake.root)
    page = opened(variant="bold")
    assert page.subheader[1].value == "Bold loses"
    assert page.subheader[0].value.startswith("2 of 2 variants ship")


def test_a_failed_check_stands_above_the_verdicts(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "lake")
    write_experiments(lake)
    write_checks(lake, [(DECISIONS, "unique_key", "error", False, "")])
    in_force(lake.root)
    assert "unique_key" in opened(experiment="calmer_layout").error[0].value


@pytest.mark.parametrize("tab", TABS)
def test_decisions_alone_make_a_page_of_admissions(tmp_path: Path, in_force: Open, tab: str):
    lake = Lake(tmp_path / "lake")
    write_table(lake, DECISIONS)
    in_force(lake.root)
    page = opened(tab=tab)
    assert len(page.get("plotly_chart")) == 1
    assert not [text for text in texts(page) if MISSING.search(text)]


def test_observations_alone_need_no_experiment(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "lake")
    write_table(lake, "experiments.observational_effects")
    in_force(lake.root)
    assert opened().subheader[0].value.startswith("D28 retention")


@pytest.mark.parametrize(
    ("tables", "told"),
    [
        ([], "holds no experiments yet: run `analytics-platform run`"),
        (["experiments.catalogue"], "has 5 experiments in its catalogue but no readout yet"),
    ],
)
def test_a_lake_without_readouts_says_what_to_run(
    tmp_path: Path, in_force: Open, tables: list[str], told: str
):
    lake = Lake(tmp_path / "lake")
    for table in tables:
        write_table(lake, table)
    in_force(lake.root)
    page = opened()
    assert told in page.info[0].value
    assert not page.get("plotly_chart")


def test_a_real_log_is_told_to_bring_its_own_catalogue(
    tmp_path: Path, in_force: Open, monkeypatch: pytest.MonkeyPatch
):
    in_force(tmp_path / "lake")
    monkeypatch.setenv("ANALYTICS_SOURCE", "logs")
    assert "a file that the setting `experiments` names" in opened().info[0].value


def test_analyses_of_one_question_stand_side_by_side(tmp_path: Path, in_force: Open):
    lake = Lake(tmp_path / "lake")
    table = "experiments.observational_effects"
    first, *others = rows_of(table)
    write_table(lake, table, [{**first, "analysis_id": "quiz_adoption_naive"}, *others])
    in_force(lake.root)
    page = opened()
    assert len(page.selectbox(key="question").options) == 1
    spec = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert len(spec["layout"]["annotations"]) == 2 * (1 + len(others))
