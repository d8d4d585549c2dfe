import pytest

from analytics_platform_tests.dashboards.experiment_rows import readout
from dashboards import effects
from dashboards.forest import Interval


def row(metric: str, effect: float | None, **other: object) -> dict:
    return readout("hints", metric, "cuped", effect, **other)


@pytest.mark.parametrize(
    ("metric", "effect", "tone"),
    [
        ("active_days", 0.1, "good"),
        ("active_days", -0.1, "bad"),
        ("cancelled", 0.1, "bad"),
        ("cancelled", -0.1, "good"),
        ("an_unknown_metric", 0.1, "moved"),
        ("active_days", 0.01, "noise"),
        ("active_days", None, "noise"),
    ],
)
def test_colour_follows_the_direction_of_the_metric(metric: str, effect: float | None, tone: str):
    assert effects.tone(row(metric, effect), metric) == tone


def test_the_adjusted_p_value_decides_before_the_plain_one():
    assert not effects.is_beyond_noise(row("active_days", 0.1, p_value=0.001, adjusted_p_value=0.2))
    assert effects.is_beyond_noise(row("active_days", 0.1, p_value=0.001, adjusted_p_value=None))


def test_the_level_is_the_experiments_own():
    assert not effects.is_beyond_noise(row("active_days", 0.1, adjusted_p_value=0.02, alpha=0.01))


@pytest.mark.parametrize(("effect", "is_beyond"), [(0.1, True), (-0.1, True), (0.01, False), (None, False)])
def test_without_p_values_the_interval_decides(effect: float | None, is_beyond: bool):
    bare = {"p_value": None, "adjusted_p_value": None}
    assert effects.is_beyond_noise(row("active_days", effect, **bare)) == is_beyond


def test_words_are_relative_else_absolute_else_an_admission():
    assert effects.words(row("active_days", 0.1)) == "+10.0% (+7.0 to +13.0)"
    absolute = {"relative_effect": None, "relative_low": None, "relative_high": None}
    share = {"effect": 0.012, "effect_low": -0.001, "effect_high": 0.025}
    assert effects.words({**row("converted", 0.1), **absolute, **share}) == (
        "+1.20 pp (-0.10 pp to +2.50 pp) absolute"
    )
    open_ended = {**share, "effect_low": None}
    assert effects.words({**row("converted", 0.1), **absolute, **open_ended}) == "+1.20 pp absolute"
    assert effects.words(row("active_days", None)) == "cannot be estimated"


def test_an_interval_needs_both_ends():
    assert effects.interval_of(row("active_days", 0.1)) == Interval(
        0.1, pytest.approx(0.07), pytest.approx(0.13)
    )
    assert effects.interval_of(row("active_days", 0.1, relative_low=None)) is None


def test_hovering_tells_units_and_p_value():
    drawn = effects.forest_row(row("active_days", 0.1), "Active days", "active_days", "Ship")
    assert drawn.text == "+10.0% (+7.0 to +13.0) · Ship"
    assert "n = 5,088 vs 4,912 in control" in drawn.hover
    assert "adjusted p < 0.001" in drawn.hover


def test_reasons_become_sentences_however_they_begin():
    rows = [{"label": "A", "reason": "no user converted."}, {"label": "B", "reason": "Cannot be told."}]
    assert effects.why_not([*rows, {"label": "C", "reason": None}], "label") == [
        "A: cannot be estimated because no user converted.",
        "B: Cannot be told.",
    ]


def test_a_download_has_the_columns_asked_for_in_order():
    frame = effects.as_frame([row("active_days", 0.1)], ("metric", "relative_effect", "no_such_column"))
    assert frame.columns == ["metric", "relative_effect", "no_such_column"]
    assert frame.row(0) == ("active_days", 0.1, None)
