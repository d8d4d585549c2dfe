import pytest

from dashboards.certification import standing


def certificate(method: str = "cuped", *, is_shipped: bool = True, is_within_band: bool = True) -> dict:
    return {"method": method, "is_shipped": is_shipped, "is_within_band": is_within_band}


@pytest.mark.parametrize(
    ("certificates", "word"),
    [
        ([], "not certified yet"),
        ([certificate("unadjusted")], "not certified yet"),
        ([certificate(is_shipped=False)], "not certified yet"),
        ([certificate()], "certified"),
        ([certificate(), certificate(is_within_band=False)], "uncertified"),
        ([certificate(), certificate(is_within_band=False, is_shipped=False)], "certified"),
    ],
)
def test_a_method_is_certified_when_every_cell_of_its_shipped_form_holds(certificates: list, word: str):
    assert standing(certificates, "cuped").word == word


def test_the_badge_says_the_word_and_links_to_the_certificates():
    badge = standing([certificate()], "cuped").badge
    assert "certified" in badge
    assert badge.endswith("](trust?method=cuped)")
