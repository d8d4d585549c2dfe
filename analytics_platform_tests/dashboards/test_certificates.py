from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from analytics_platform_tests.dashboards.experiment_lake import rows_of
from dashboards import certificates

READING = SimpleNamespace(settings=SimpleNamespace(zone=ZoneInfo("UTC")))


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return rows_of("validation.certificates")


def one(rows: list[dict], **other: object) -> certificates.Cell:
    (cell,) = certificates.cells([{**rows[0], **other}])
    return cell


def test_the_headline_counts_shipped_methods_and_the_foils_that_fail(rows: list[dict]):
    assert (
        certificates.headline(rows)
        == "8 of 12 certificates within their bands; 2 of 2 methods made bad on purpose caught"
    )
    assert certificates.headline(rows[:1]) == "The one certificate is within its band"
    foils = [row for row in rows if not row["is_shipped"]]
    assert certificates.headline(foils) == "No certificate of a shipped method yet"


def test_the_subtitle_gives_date_mode_seed_and_versions(rows: list[dict]):
    assert certificates.subtitle(rows, READING) == (
        "certified 1 Mar 2026 06:30 · quick mode, up to 10,000 replications a cell · seed 2 · "
        "numpy 2.4, scipy 1.17"
    )


def test_certificates_can_be_chosen_by_method_and_kind(rows: list[dict]):
    assert len(certificates.choose(rows, "cuped", None)) == 4
    assert len(certificates.choose(rows, None, "ratio")) == len(rows) / 2
    assert len(certificates.choose(rows, "cuped", "ratio")) == 2


def test_the_ends_of_the_band_lie_at_one(rows: list[dict]):
    assert one(rows, observed=0.0557).place == pytest.approx(1)
    assert one(rows, observed=0.0445).place == pytest.approx(-1)
    assert one(rows, observed=0.0501).error == pytest.approx(2 * 0.0022 / 0.0056)


@pytest.mark.parametrize("side", ["lower_band", "upper_band"])
def test_a_band_open_to_one_side_follows_the_tables_verdict(rows: list[dict], side: str):
    far = {"lower_band": 0.0, "upper_band": 0.9}[side]
    assert abs(one(rows, **{side: None}, observed=far, is_within_band=True).place) == 1
    bad = {"lower_band": 0.2, "upper_band": 0.01}[side]
    assert abs(one(rows, **{side: None}, observed=bad, is_within_band=False).place) > 1


def test_an_exact_certificate_without_monte_carlo_error_has_a_place(rows: list[dict]):
    exact = {"nominal": 0.0, "lower_band": 0.0, "upper_band": 1e-12, "monte_carlo_error": 0.0}
    assert one(rows, **exact, observed=1e-15).place == pytest.approx(-0.998)


def test_what_has_no_band_or_value_is_in_the_table_alone(rows: list[dict]):
    open_row = {**rows[0], "lower_band": None, "upper_band": None}
    assert certificates.cells([open_row, {**rows[0], "observed": None}]) == []
    cells = {value for row in certificates.table([open_row]) for value in row.values()}
    assert "none" in cells
    assert "None" not in cells


def test_bands_read_as_a_person_would_say_them(rows: list[dict]):
    assert certificates.band_words(rows[0]) == "4.45% to 5.57%"
    assert certificates.band_words({**rows[0], "lower_band": None}) == "at most 5.57%"
    assert certificates.band_words({**rows[0], "upper_band": None}) == "at least 4.45%"
    assert (
        certificates.band_words({**rows[0], "quantity": "power_ratio", "upper_band": None})
        == "at least 0.0445"
    )


def test_misses_lead_the_table_and_foils_close_it(rows: list[dict]):
    table = certificates.table(rows)
    assert {row["method"] for row in table[:4]} == {"Group-sequential"}
    assert table[-1]["method"].endswith("(bad on purpose)")
