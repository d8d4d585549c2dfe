import pytest

from analytics_platform.metrics.outcomes import OUTCOMES
from dashboards import vocabulary


def test_every_outcome_has_its_own_label_unit_and_direction():
    for name, outcome in OUTCOMES.items():
        assert vocabulary.metric_label(name) == outcome.label
        assert vocabulary.metric_description(name) == outcome.description
        assert (vocabulary.unit(name), vocabulary.direction(name)) == (outcome.unit, outcome.direction)


def test_a_metric_of_a_file_that_nobody_registered_is_shown_by_its_name():
    assert vocabulary.metric_label("re78") == "Re78"
    assert vocabulary.metric_description("re78") == ""
    assert (vocabulary.unit("re78"), vocabulary.direction("re78")) == ("ratio", "neutral")


def test_methods_and_diagnostics_have_words_even_when_new():
    assert vocabulary.method_label("cuped") == "CUPED"
    assert vocabulary.method_label("new_method") == "New method"
    assert vocabulary.diagnostic_label("e_value") == "Hidden confounding (E-value)"
    assert vocabulary.diagnostic_label("overlap") == "Overlap"


@pytest.mark.parametrize(("number", "words"), [(0, "0 units"), (1, "1 unit"), (2400, "2,400 units")])
def test_counts_agree_with_their_noun(number: int, words: str):
    assert vocabulary.count(number, "unit") == words
