"""Certificates: shipped methods hold in a small run, wrong ones are caught, and a run can be broken off."""

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import special

from analytics_platform.errors import AnalyticsError
from analytics_platform.stats.arms import ArmMeans, Interval
from analytics_platform.stats.means import arm_means
from analytics_platform.stats.moments import Moments
from analytics_platform.validation import cells as cell_module
from analytics_platform.validation import certificates, code_version, randomised, runner
from analytics_platform.validation.cells import Cell
from analytics_platform.validation.certificates import (
    CERTIFICATES_SCHEMA,
    Row,
    certificate_rows,
    certified,
    certify,
    judge,
)
from analytics_platform.validation.matrix import FAMILIES, matrix
from analytics_platform.validation.runner import Measured, measure
from analytics_platform.validation.state import State

SEED = 5
QUICK = 1_000
CHEAP = [
    "unadjusted/binary/50/50/small",
    "cuped/binary/10/90/enough",
    "post_stratified/binary/50/50/large",
    "winsorised/heavy_tail/50/50/small",
    "unadjusted/ratio/50/50/small",
    "unadjusted/mean/50/50, control known to 20%/small",
    "quantile/quantile/50/50, p50/small",
    "cluster_delta/clustered/G=20/small",
    "cluster_jackknife/clustered/G=20 very unequal/small",
    "cluster_wild/clustered/G=20/small",
    "sample_ratio/none/50/50/large",
    "sequential_sample_ratio/none/50/50, 100 looks/large",
    "non_inferiority/count/50/50, relative/large",
    "equivalence/count/50/50, absolute/large",
    "holm/none/10 tests/large",
    "bonferroni_intervals/none/10 tests/large",
    "benjamini_hochberg/none/10 tests/large",
    "bayesian/binary/50/50, true prior/large",
    "bayesian/binary/50/50, flat prior/large",
    "shrinkage/none/12 segments/small",
    "aipw/mean/confounded/small",
    "ipw/mean/confounded/small",
    "qini/mean/50/50/large",
    "ledger/none/28 days/large",
]


def outside(found: list[Measured]) -> set[str]:
    """Quantities that lie outside their band."""
    return {one.target.quantity for one in found if not one.is_within_band}


@pytest.mark.parametrize("name", CHEAP)
def test_a_shipped_method_holds(name: str):
    assert outside(measure(matrix()[name], SEED, QUICK)) == set()


def test_a_group_sequential_design_and_a_confidence_sequence_hold():
    designs = [
        "group_sequential/binary/14 looks, O’Brien–Fleming/large",
        "confidence_sequence/binary/300 looks/large",
    ]
    assert [outside(measure(matrix()[name], SEED, 250)) for name in designs] == [set(), set()]


@pytest.mark.parametrize("name", [name for name, cell in matrix().items() if cell.note.startswith("foil:")])
def test_every_foil_is_caught(name: str):
    assert outside(measure(matrix()[name], SEED, QUICK))


def mutated(name: str, monkeypatch: pytest.MonkeyPatch, module: object, **changed: Callable) -> set[str]:
    """Quantities outside their band once functions of a module are replaced by wrong ones."""
    for function, wrong in changed.items():
        monkeypatch.setattr(module, function, wrong)
    return outside(measure(matrix()[name], SEED, QUICK))


def one_sided(arms: ArmMeans) -> NDArray:
    return special.stdtr(arms.degrees_of_freedom, -(arms.treatment - arms.control) / error_of(arms))


def error_of(arms: ArmMeans) -> NDArray:
    return np.sqrt(arms.difference_variance)


def by_delta(arms: ArmMeans, alpha: float = 0.05) -> Interval:
    lift = arms.treatment / arms.control - 1.0
    variance = arms.treatment_variance + (1.0 + lift) ** 2 * arms.control_variance
    error = np.sqrt(variance) / arms.control
    reach = -special.ndtri(alpha / 2.0) * error
    return Interval(lift, lift - reach, lift + reach, error, np.ones_like(lift))


def halved(arms: ArmMeans) -> NDArray:
    return special.stdtr(arms.degrees_of_freedom, -np.abs(arms.treatment - arms.control) / error_of(arms))


def test_a_one_sided_p_value_is_caught_by_its_power(monkeypatch: pytest.MonkeyPatch):
    caught = mutated("unadjusted/binary/50/50/small", monkeypatch, cell_module, p_value=one_sided)

    assert caught == {"power"}


def test_a_p_value_of_one_tail_is_caught_by_its_false_positives(monkeypatch: pytest.MonkeyPatch):
    caught = mutated("unadjusted/binary/50/50/large", monkeypatch, cell_module, p_value=halved)

    assert caught == {"false_positives", "uniformity"}


def test_the_delta_method_in_place_of_fieller_is_caught(monkeypatch: pytest.MonkeyPatch):
    from analytics_platform.validation import relative_lifts  # noqa: PLC0415

    name = "unadjusted/mean/50/50, control known to 20%/small"
    caught = mutated(name, monkeypatch, relative_lifts, relative=by_delta)

    assert {"lower_miss", "upper_miss"} <= caught


def test_a_dropped_covariance_is_caught(monkeypatch: pytest.MonkeyPatch):
    from analytics_platform.stats.adjustment import adjusted  # noqa: PLC0415

    def without_covariance(control: Moments, treatment: Moments) -> ArmMeans:
        arms = adjusted(control, treatment)
        return replace(arms, covariance=np.zeros_like(arms.covariance))

    caught = mutated("cuped/mean/50/50/large", monkeypatch, randomised, adjusted=without_covariance)

    assert "false_positives" in caught


def test_an_adjustment_that_adjusts_nothing_is_caught_by_its_power(monkeypatch: pytest.MonkeyPatch):
    def plain(control: Moments, treatment: Moments) -> ArmMeans:
        return arm_means(control.select(0), treatment.select(0))

    assert mutated("cuped/mean/50/50/small", monkeypatch, randomised, adjusted=plain) == {"power"}


def test_one_slope_for_both_arms_is_caught_where_they_are_unequal(monkeypatch: pytest.MonkeyPatch):
    def one_slope(control: Moments, treatment: Moments) -> ArmMeans:
        both = control + treatment
        within = control.cross + treatment.cross
        slopes = np.linalg.solve(within[..., 1:, 1:], within[..., 1:, :1])[..., 0]
        weights = np.concatenate([np.ones_like(slopes[..., :1]), -slopes], axis=-1)[..., None, :]
        shift = (slopes * both.mean[..., 1:]).sum(axis=-1, keepdims=True)
        return arm_means(*(arm.transform(weights, shift) for arm in (control, treatment)))

    assert "power" in mutated("cuped/mean/10/90/small", monkeypatch, randomised, adjusted=one_slope)


def test_a_boundary_that_never_answers_is_caught(monkeypatch: pytest.MonkeyPatch):
    from analytics_platform.stats.arms import absolute, relative  # noqa: PLC0415
    from analytics_platform.validation import repeated_looks  # noqa: PLC0415

    def silent(arms: ArmMeans, *_: object, of_ratio: bool = False) -> Interval:
        found = (relative if of_ratio else absolute)(arms, 0.05)
        return Interval(*(np.full_like(found.low, np.nan) for _ in range(4)), np.ones_like(found.low))

    monkeypatch.setattr(repeated_looks, "repeated_interval", silent)
    cell = matrix()["group_sequential/mean/14 looks, Pocock/large"]

    assert "answered" in outside(measure(cell, SEED, 100))


@pytest.mark.parametrize("wrong", [lambda chance: 1.0 - chance, lambda chance: 0.5 + 0.0 * chance])
def test_a_chance_to_win_that_says_the_reverse_or_nothing_is_caught(
    wrong: Callable, monkeypatch: pytest.MonkeyPatch
):
    from analytics_platform.stats.bayesian import Posterior, posterior  # noqa: PLC0415
    from analytics_platform.validation import beliefs  # noqa: PLC0415

    def mistaken(*given: object, **named: object) -> Posterior:
        belief = posterior(*given, **named)
        return replace(belief, chance_to_win=wrong(belief.chance_to_win))

    caught = mutated("bayesian/binary/50/50, true prior/large", monkeypatch, beliefs, posterior=mistaken)

    assert "chance_to_win_gain" in caught


def test_a_variance_that_is_not_divided_by_the_smaller_arm_is_caught(monkeypatch: pytest.MonkeyPatch):
    def pooled(control: Moments, treatment: Moments) -> ArmMeans:
        both = control + treatment
        half = (control.n + treatment.n) / 2.0
        squared = both.covariance[..., 0, 0] / half
        freedom = both.n - 2.0
        zero = np.zeros_like(squared)
        means = control.mean[..., 0], treatment.mean[..., 0]
        return ArmMeans(*means, squared, squared, zero, freedom, control.n, treatment.n)

    caught = mutated("unadjusted/binary/10/90/enough", monkeypatch, randomised, arm_means=pooled)

    assert {"false_positives", "coverage"} <= caught


def test_the_normal_law_and_wrong_degrees_of_freedom_are_caught_where_clusters_are_few(
    monkeypatch: pytest.MonkeyPatch,
):
    from analytics_platform.validation import clustered  # noqa: PLC0415
    from analytics_platform.validation.clustered import EQUAL, ClusterTrial, delta, trial_cell  # noqa: PLC0415

    def students_counted(control: Moments, treatment: Moments) -> ArmMeans:
        arms = honest(control, treatment)
        return replace(arms, degrees_of_freedom=arms.degrees_of_freedom * 25.0)

    honest = clustered.cluster_means
    right = trial_cell("cluster_delta", ClusterTrial(delta, 8, EQUAL))
    assert outside(measure(right, SEED, QUICK)) == set()
    monkeypatch.setattr(clustered, "cluster_means", students_counted)
    assert "false_positives" in outside(measure(right, SEED, QUICK))


def test_a_boundary_of_the_fixed_test_at_every_look_is_caught(monkeypatch: pytest.MonkeyPatch):
    from analytics_platform.stats.arms import absolute, relative  # noqa: PLC0415
    from analytics_platform.validation import repeated_looks  # noqa: PLC0415

    def unspent(arms: ArmMeans, *_: object, of_ratio: bool = False) -> Interval:
        return (relative if of_ratio else absolute)(arms, 0.05)

    monkeypatch.setattr(repeated_looks, "repeated_interval", unspent)
    cell = matrix()["group_sequential/binary/14 looks, O’Brien–Fleming/large"]

    assert {"false_positives", "coverage"} <= outside(measure(cell, SEED, 250))


def test_moments_that_do_not_merge_exactly_are_caught(monkeypatch: pytest.MonkeyPatch):
    from analytics_platform.validation import merging  # noqa: PLC0415

    def forgetful(parts: Moments, axis: int = 0) -> Moments:
        return Moments(parts.n.sum(axis), parts.mean.mean(axis), parts.cross.sum(axis))

    wrong = mock.Mock(wraps=Moments, of=Moments.of, total=forgetful)
    monkeypatch.setattr(merging, "Moments", wrong)

    assert "difference" in outside(measure(matrix()["ledger/none/28 days/large"], SEED, 100))


def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make quick runs tiny: what is tested is how rows are kept, not what they say."""
    monkeypatch.setattr(certificates, "REPLICATIONS", {"quick": 40, "full": 80})


def test_rows_have_the_columns_of_the_table(monkeypatch: pytest.MonkeyPatch):
    small(monkeypatch)

    table = certify("quick", SEED, methods=["holm", "peeking"], workers=1)

    assert table.schema == CERTIFICATES_SCHEMA
    assert set(table["method"].to_pylist()) == {"holm", "peeking"}
    assert table["replications"].to_pylist()[0] in {40, 160}
    assert all(kind.metadata for kind in table.schema)


def test_a_finished_cell_is_not_run_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    small(monkeypatch)
    path = tmp_path / "state" / "certificates.jsonl"
    ran: list[str] = []

    def run(mode: certificates.Mode = "quick", seed: int = SEED, method: str = "holm") -> list[Row]:
        progress = mock.Mock(side_effect=lambda name, *_: ran.append(name))
        return certificate_rows(mode, seed, methods=[method], state=State(path), progress=progress, workers=1)

    first = run()
    with path.open("a") as lines:
        lines.write('{"key": "broken off')
    again = run()

    assert again == first
    assert len(ran) == 1
    run(seed=SEED + 1)
    run(mode="full")
    assert len(ran) == 3
    monkeypatch.setattr(certificates, "code_version", lambda _: "another")
    run()
    assert len(ran) == 4


def test_a_run_that_breaks_off_keeps_what_it_finished(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    small(monkeypatch)
    path = tmp_path / "certificates.jsonl"

    def stop(name: str, done: int, total: int) -> None:
        assert name
        if done == 2:
            raise KeyboardInterrupt(total)

    with pytest.raises(KeyboardInterrupt):
        certificate_rows("quick", SEED, methods=["sample_ratio"], state=State(path), progress=stop, workers=1)

    assert len(path.read_text().splitlines()) == 2


def test_an_unknown_method_is_named_with_those_that_there_are():
    with pytest.raises(AnalyticsError, match=r"method 'cupid'; there are aipw, .*cuped"):
        certificate_rows("quick", methods=["cupid"])


def row(**changed: object) -> Row:
    """One row of the table."""
    cell = {"method": "holm", "metric_kind": "none", "design": "10 tests", "sample": "large"}
    return {**cell, "is_shipped": True, "is_within_band": True, "note": "", **changed}


def test_a_verdict_names_what_is_outside_and_the_foils_that_were_not_caught():
    good, bad = row(), row(method="cuped", is_within_band=False)
    foil = row(method="peeking", is_shipped=False, note="foil: peeking")
    limit = row(method="cuped", is_shipped=False, note="limit: few clusters")

    assert judge([good, limit]).passed
    assert judge([good, bad]).outside == [bad]
    assert judge([good, foil]).not_caught == ["peeking/none/10 tests/large"]
    assert judge([foil, {**foil, "is_within_band": False}]).passed
    assert certified([good, bad, limit, foil]) == {"holm": True, "cuped": False}


def test_a_cell_that_gives_no_answer_is_outside_and_has_no_value():
    cell = matrix()["ledger/none/28 days/large"]
    empty = Measured(cell.targets[0], cell.targets[0].band, float("nan"), 0.0, 10)

    [only] = certificates._rows(cell, [empty], "quick", SEED)

    assert (only["observed"], only["is_within_band"]) == (None, False)


def test_names_of_cells_are_distinct_and_methods_are_those_of_the_readouts():
    read = {"unadjusted", "cuped", "post_stratified", "winsorised", "quantile", "cluster_delta", "bayesian"}
    read |= {"cluster_jackknife", "cluster_wild", "group_sequential", "confidence_sequence"}
    read |= {"regression", "ipw", "aipw", "dml", "wald_cace"}
    families = [cell for cells in matrix_families() for cell in cells]

    assert len({cell.name for cell in families}) == len(families) == len(matrix())
    assert read <= {cell.method for cell in families if cell.is_shipped}


def matrix_families() -> list[tuple[Cell, ...]]:
    from analytics_platform.validation import matrix as module  # noqa: PLC0415

    return list(module._families().values())


def test_the_code_version_follows_what_a_cell_imports():
    module = "analytics_platform.validation.allocation"
    imported = code_version._imports(module) | code_version._imports("analytics_platform.stats.sample_ratio")

    assert "analytics_platform.stats.sample_ratio" in imported
    assert "analytics_platform.stats.multiplicity" in imported
    assert "analytics_platform.stats.sample_ratio.ALARM" not in imported
    versions = {name: code_version.code_version(name) for name in matrix()}
    assert len(set(versions.values())) == len(FAMILIES)


def test_workers_leave_the_threads_of_linear_algebra_alone_where_somebody_chose(
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    list(runner.measure_all(["holm/none/10 tests/large", "shrinkage/none/12 segments/small"], SEED, 10))

    assert os.environ["OMP_NUM_THREADS"] == "3"
