"""LaLonde's training programme: what the experiment says, what naive comparison says, what the mends say.

Data: PyPI `causaldata`, tables `nsw_mixtape` (Dehejia and Wahba 1999) and `cps_mixtape`; figures from
Cunningham, *Causal Inference: The Mixtape*, chapter 5. Thornton (2008), *AER* 98, table `thornton_hiv`.
"""

import numpy as np
import pytest

from analytics_platform.stats.causal.doubly_robust import aipw
from analytics_platform.stats.causal.nuisance import cross_fit
from analytics_platform.stats.causal.partially_linear import partially_linear
from analytics_platform.stats.causal.regression import naive_difference

causaldata = pytest.importorskip("causaldata")

Survey = tuple[np.ndarray, np.ndarray, np.ndarray]
EXPERIMENT = 1_794.34
COVARIATES = ("age", "educ", "black", "hisp", "marr", "nodegree", "re74", "re75")


def table(name: str) -> dict[str, np.ndarray]:
    frame = getattr(causaldata, name).load_pandas().data
    return {column: frame[column].to_numpy(dtype=float) for column in frame.columns if column != "data_id"}


@pytest.fixture(scope="module")
def against_survey() -> Survey:
    trained, survey = table("nsw_mixtape"), table("cps_mixtape")
    own = trained["treat"] == 1
    columns = {name: np.append(trained[name][own], survey[name]) for name in (*COVARIATES, "re78")}
    idle = [columns[name] == 0 for name in ("re74", "re75")]
    covariates = np.column_stack([*(columns[name] for name in COVARIATES), *idle]).astype(float)
    return covariates, columns["re78"], np.arange(len(columns["re78"])) < own.sum()


def test_the_experiment_found_1794_dollars_with_a_standard_error_of_671():
    rows = table("nsw_mixtape")
    found = naive_difference(rows["re78"], rows["treat"] == 1)
    assert found.estimate == pytest.approx(EXPERIMENT, abs=0.01)
    assert found.standard_error == pytest.approx(671, abs=0.5)


def test_the_naive_comparison_with_a_survey_is_8498_dollars_below(against_survey: Survey):
    _, outcome, treated = against_survey
    assert naive_difference(outcome, treated).estimate == pytest.approx(-8_497.52, abs=0.01)


@pytest.mark.parametrize("seed", [0, 1])
def test_double_machine_learning_on_the_survey_covers_the_experiment(against_survey: Survey, seed: int):
    covariates, outcome, treated = against_survey
    nuisances = cross_fit(covariates, outcome, treated, seed=seed)
    for found in (
        aipw(outcome, treated, nuisances, "att"),
        partially_linear(outcome, treated, nuisances),
    ):
        assert found.low < EXPERIMENT < found.high
        assert abs(found.estimate - EXPERIMENT) < 1_100


def test_any_incentive_brought_45_points_more_people_to_their_result():
    rows = table("thornton_hiv")
    known = ~np.isnan(rows["any"]) & ~np.isnan(rows["got"])
    found = naive_difference(rows["got"][known], rows["any"][known] == 1)
    assert found.estimate == pytest.approx(0.4506, abs=5e-5)
