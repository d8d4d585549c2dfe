import pytest

from dashboards.certification import certified_as, limit_words, of_rows, standing


def certificate(
    method: str = "cuped",
    kind: str = "mean",
    *,
    is_shipped: bool = True,
    is_within_band: bool = True,
    note: str | None = None,
) -> dict:
    return {
        "method": method,
        "metric_kind": kind,
        "is_shipped": is_shipped,
        "is_within_band": is_within_band,
        "note": note,
    }


LIMIT = certificate(is_shipped=False, is_within_band=False, note="limit: few units; 20 of them")


@pytest.mark.parametrize(
    ("certificates", "word"),
    [
        ([], "not certified yet"),
        ([certificate("unadjusted")], "not certified yet"),
        ([certificate(is_shipped=False)], "not certified yet"),
        ([certificate()], "certified"),
        ([certificate(), certificate(is_within_band=False)], "uncertified"),
        ([certificate(), certificate(is_within_band=False, is_shipped=False)], "certified"),
        ([certificate(kind="ratio")], "uncertified"),
        ([certificate(), certificate(kind="ratio", is_within_band=False)], "certified"),
    ],
)
def test_a_method_is_certified_when_every_cell_of_its_shipped_form_holds(certificates: list, word: str):
    assert standing(certificates, "cuped", "mean").word == word


def test_without_a_kind_every_certificate_of_the_method_counts():
    rows = [certificate(), certificate(kind="ratio", is_within_band=False)]
    assert standing(rows, "cuped").word == "uncertified"


def test_the_badge_says_the_word_and_links_to_the_certificates():
    badge = standing([certificate()], "cuped", "mean").badge
    assert "certified" in badge
    assert badge.endswith("](trust?method=cuped)")


@pytest.mark.parametrize(
    ("kind", "unit", "kinds"),
    [
        ("mean", "user", ("mean",)),
        ("count", "user", ("count",)),
        ("ratio", "user", ("ratio",)),
        ("quantile", "user", ("quantile",)),
        ("proportion", "user", ("binary",)),
        ("retention", "user", ("binary",)),
        ("winsorised", "user", ("heavy_tail", "mean")),
        ("ratio", "classroom", ("clustered",)),
        (None, "classroom", ()),
    ],
)
def test_certificates_speak_for_kinds_of_metric(kind: str | None, unit: str, kinds: tuple[str, ...]):
    assert certified_as(kind, unit) == kinds


@pytest.mark.parametrize(
    ("kind", "unit", "told"),
    [
        ("ratio", "user", "uncertified: not certified for ratios"),
        ("retention", "user", "uncertified: not certified for retention"),
        ("mean", "classroom", "uncertified: not certified for whole classrooms"),
        ("oddity", "user", "uncertified: not certified for oddity metrics"),
        ("mean", "user", "certified"),
    ],
)
def test_a_method_proved_elsewhere_says_what_it_was_not_certified_for(kind: str, unit: str, told: str):
    found = standing([certificate()], "cuped", kind, unit)
    assert found.text == told
    assert f": {told}]](" in found.badge


def test_a_known_limit_is_named_once_with_its_first_setting():
    again = {**LIMIT, "note": "limit: few units; 40 of them"}
    found = standing([certificate(), LIMIT, again], "cuped", "mean")
    assert found.text == "certified, with a known limit"
    assert limit_words([found, found]) == ["Known limit of CUPED: few units; 20 of them."]


def test_a_foil_or_a_limit_on_another_kind_of_metric_is_no_limit():
    foil = certificate(is_shipped=False, note="foil: broken on purpose")
    rows = [certificate(), foil, {**LIMIT, "metric_kind": "ratio"}]
    assert standing(rows, "cuped", "mean").text == "certified"
    assert limit_words([standing(rows, "cuped", "mean")]) == []


def test_readouts_have_one_badge_for_each_method_and_standing():
    rows = [{"method": "cuped", "kind": kind} for kind in ("mean", "mean", "winsorised", "ratio")]
    assert [found.text for found in of_rows([certificate()], rows)] == [
        "certified",
        "uncertified: not certified for ratios",
    ]
