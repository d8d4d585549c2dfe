import json
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from analytics_platform_tests.dashboards.experiment_lake import rows_of
from dashboards import certificates, certificates_chart
from dashboards.charts import BLUE, VERMILLION

READING = SimpleNamespace(settings=SimpleNamespace(zone=ZoneInfo("UTC")))


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return rows_of("validation.certificates")


def one(rows: list[dict], **other: object) -> certificates.Cell:
    (cell,) = certificates.cells([{**rows[0], **other}])
    return cell


def test_the_chart_tells_held_missed_and_foil_apart(rows: list[dict]):
    figure = certificates_chart.chart(certificates.cells(rows))
    foil, limit, held, missed = figure.data
    assert len(limit.x) == 0
    assert (held.marker.color, missed.marker.color) == (BLUE, VERMILLION)
    assert foil.marker.color not in (BLUE, VERMILLION)
    assert set(foil.marker.symbol) == {"triangle-right"}
    assert max(foil.x) <= certificates_chart.EDGE
    texts = [note.text for note in figure.layout.annotations]
    assert "<b>CUPED</b> · 4 of 4 within" in texts
    assert {trace["type"] for trace in json.loads(figure.to_json())["data"]} == {"scatter"}


def test_no_two_certificates_of_a_method_hide_each_other(rows: list[dict]):
    _, _, held, _ = certificates_chart.chart(certificates.cells(rows)).data
    assert len(set(held.y)) == len(held.y)


def test_a_known_limit_is_neither_a_miss_nor_a_foil(rows: list[dict]):
    limit = {
        **rows[0],
        "is_shipped": False,
        "observed": 0.2,
        "is_within_band": False,
        "note": "limit: few units",
    }
    assert certificates.headline([*rows, limit]).endswith("caught; limits of 1 method known")
    assert certificates.limits([*rows, limit]) == ["Known limit of Unadjusted: few units."]
    figure = certificates_chart.chart(certificates.cells([*rows, limit]))
    assert [len(trace.x) for trace in figure.data] == [8, 1, 8, 4]
    assert "<b>Unadjusted</b> (known limit) · 0 of 1 within" in [
        note.text for note in figure.layout.annotations
    ]
    assert certificates.table([limit])[0]["method"] == "Unadjusted (known limit)"


def test_many_certificates_are_bare_dots_unless_few_methods_are_shown(rows: list[dict]):
    many = [*rows, *rows[:1] * 20]
    _, _, held, _ = certificates_chart.chart(certificates.cells(many)).data
    assert 0.0 in held.error_x.array
    (*_, alone, _) = certificates_chart.chart(certificates.cells(rows[:1] * 20)).data
    assert min(alone.error_x.array) > 0
