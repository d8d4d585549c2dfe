import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from analytics_platform.lakehouse import Lake
from analytics_platform_tests.dashboards.conftest import Open
from analytics_platform_tests.dashboards.experiment_lake import rows_of, write_experiments, write_table
from dashboards.certification import CERTIFICATES, RECOVERY

APP = Path(__file__).parents[2] / "dashboards" / "app.py"


def opened(**query: str) -> AppTest:
    page = AppTest.from_file(str(APP), default_timeout=60)
    page.switch_page("app_pages/trust.py")
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


@pytest.fixture
def full(tmp_path: Path, in_force: Open) -> None:
    lake = Lake(tmp_path / "lake")
    write_experiments(lake)
    in_force(lake.root)


@pytest.mark.usefixtures("full")
def test_certificates_and_recovered_truths_make_the_headlines():
    page = opened()
    assert [block.value for block in page.subheader] == [
        "8 of 12 certificates within their bands; 2 of 2 methods made bad on purpose caught",
        "2 of 3 intervals cover the planted truth; the naive comparison says +9.0% where +2.0% is true",
    ]
    assert "seed 2" in page.caption[0].value
    assert [len(table.value) for table in page.dataframe] == [20, 5]
    assert page.get("plotly_chart")[0].proto.alt


@pytest.mark.usefixtures("full")
def test_a_badges_link_shows_that_methods_certificates():
    page = opened(method="cuped")
    assert page.selectbox(key="method").value == "cuped"
    assert set(page.dataframe[0].value["method"]) == {"CUPED"}
    assert page.subheader[0].value.startswith("8 of 12"), "the headline is about all of them"


@pytest.mark.usefixtures("full")
def test_methods_that_decide_nothing_are_shown_on_demand(tmp_path: Path):
    row = {**rows_of(RECOVERY)[0], "method": "post_stratified", "is_decisive": False}
    write_table(Lake(tmp_path / "lake"), RECOVERY, [*rows_of(RECOVERY), row])
    assert len(opened().dataframe[1].value) == 5
    assert len(opened(every="true").dataframe[1].value) == 6


@pytest.mark.usefixtures("full")
def test_known_limits_stand_below_the_chart(tmp_path: Path):
    row = {
        **rows_of(CERTIFICATES)[0],
        "is_shipped": False,
        "is_within_band": False,
        "note": "limit: few units; 20 of them",
    }
    write_table(Lake(tmp_path / "lake"), CERTIFICATES, [*rows_of(CERTIFICATES), row])
    page = opened()
    assert page.subheader[0].value.endswith(
        "2 of 2 methods made bad on purpose caught; limits of 1 method known"
    )
    assert "Known limit of Unadjusted: few units; 20 of them." in [block.value for block in page.caption]


@pytest.mark.usefixtures("full")
def test_tables_never_show_a_missing_number():
    for table in opened().dataframe:
        assert not {str(cell) for column in table.value for cell in table.value[column]} & {"None", "nan"}


@pytest.mark.usefixtures("full")
def test_both_tables_come_with_asset_and_version():
    captions = [block.value for block in opened().caption if " · data `" in block.value]
    versions = [re.search(r"data `([^`]+)`", caption).group(1) for caption in captions]
    assert versions == [f"{CERTIFICATES}@1", f"{RECOVERY}@1"]


@pytest.mark.parametrize(
    ("table", "told"),
    [
        (CERTIFICATES, "not been held against the planted truth"),
        (RECOVERY, "run `analytics-platform certify --quick`"),
    ],
)
def test_either_table_alone_says_how_to_get_the_other(tmp_path: Path, in_force: Open, table: str, told: str):
    lake = Lake(tmp_path / "lake")
    write_table(lake, table)
    in_force(lake.root)
    page = opened()
    assert told in page.info[0].value
    assert len(page.dataframe) == 1


def test_without_either_it_says_what_to_run(tmp_path: Path, in_force: Open):
    in_force(tmp_path / "nothing")
    page = opened()
    assert "run `analytics-platform certify --quick`" in page.info[0].value
    assert not page.dataframe
