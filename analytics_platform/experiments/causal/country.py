"""Synthetic control: the largest launched country against a mix of those that launched later or never."""

import numpy as np

from analytics_platform.experiments.causal.launch import why_not
from analytics_platform.experiments.causal.launch_cells import Cells, design_of
from analytics_platform.experiments.causal.tables import Analysis, Findings
from analytics_platform.lakehouse import Window
from analytics_platform.stats.causal.imputation import expected
from analytics_platform.stats.causal.influence import Floats
from analytics_platform.stats.causal.synthetic_control import (
    SyntheticControl,
    conformal_interval,
    synthetic_control,
)

FEWEST_WEEKS = 4
FEWEST_DONORS = 3
ALPHA = 0.1


def one_country(cells: Cells, days: Window) -> Findings:
    """The analysis of the country with most users among those that leave enough donors and weeks.

    Args:
        cells: the counts.
        days: reporting days there are.
    """
    reason = why_not(cells, days)
    chosen = None if reason else choose(cells)
    if chosen is None:
        told = reason or (
            f"No country has {FEWEST_WEEKS} weeks before its launch and {FEWEST_DONORS} others that "
            "launched later."
        )
        return Findings([_analysis("one country").impossible("synthetic_control", told)], [])
    place, end = chosen
    donors = np.flatnonzero(cells.launch >= end)
    index = index_of(cells)[:, :end]
    launch = int(cells.launch[place])
    found = synthetic_control(index[place], index[donors], launch)
    interval = conformal_interval(index[place], index[donors], launch, ALPHA)
    return _findings(cells, place, donors, found, interval)


def choose(cells: Cells) -> tuple[int, int] | None:
    """Position of the country and the week before which its donors have not launched, or None."""
    users = cells.known.sum(axis=(1, 2, 3))
    for place in np.argsort(-users):
        launch = int(cells.launch[place])
        others = np.sort(np.delete(np.minimum(cells.launch, cells.weeks), place))[::-1]
        if not FEWEST_WEEKS <= launch < cells.weeks or len(others) < FEWEST_DONORS:
            continue
        end = int(others[FEWEST_DONORS - 1])
        if end > launch:
            return int(place), end
    return None


def index_of(cells: Cells) -> Floats:
    """Active days over those to be expected from age, holidays and exams, shape (countries, weeks)."""
    design = design_of(cells, by_week=False)
    active, known = cells.active.sum(axis=1), cells.known.sum(axis=1)
    untreated = ~np.broadcast_to(cells.treated[:, None, :], active.shape)
    usual = expected(
        design.reshape(-1, design.shape[-1]),
        active.ravel(),
        known.ravel(),
        (untreated & (known > 0)).ravel(),
    ).reshape(active.shape)
    return active.sum(axis=1) / np.maximum(usual.sum(axis=1), 1e-9)


def _analysis(name: str) -> Analysis:
    return Analysis(
        analysis_id="flashcards_launch_one_country",
        question=f"What did launching flashcards do in {name}?",
        design="synthetic_control",
        outcome="active days over those expected from age, holidays and exams",
        estimand=f"mean effect on {name} from its launch until a donor's",
        population=f"{name} against countries without the launch until then",
        assumptions=(
            "A mix of the other countries that moved as this one did before the launch would have done so "
            "after; nothing else happened to one of them alone. With so few countries the placebo test can "
            "hardly reject. The interval, of 90 %, rests on weeks being exchangeable; it is missing where "
            "they are too few to bound it."
        ),
    )


def _findings(
    cells: Cells,
    place: int,
    donors: np.ndarray,
    found: SyntheticControl,
    interval: tuple[float, float] | None,
) -> Findings:
    name = cells.countries[place]
    analysis = _analysis(name)
    low, high = interval or (None, None)
    base = found.synthetic_mean
    effect = analysis.row(
        "synthetic_control",
        is_recommended=True,
        units=1 + len(donors),
        treated_units=1,
        control_mean=base,
        effect=found.effect,
        effect_low=low,
        effect_high=high,
        relative_effect=found.effect / base,
        relative_low=None if low is None else low / base,
        relative_high=None if high is None else high / base,
        p_value=found.p_value,
    )
    fit = f"Before the launch the mix is {found.fit_error:.1%} of the usual off."
    ratio = f"{name} parts {found.error_ratio:.1f} times as far from its mix after the launch as before."
    diagnostics = [
        analysis.diagnostic("fit", name, fit, value=found.fit_error, passed=found.fit_error < 0.1),
        analysis.diagnostic("placebo_countries", name, ratio, value=found.error_ratio, p_value=found.p_value),
    ]
    for donor, weight, error_ratio in zip(donors, found.weights, found.placebo_ratios, strict=True):
        other = cells.countries[int(donor)]
        told = f"{other} makes up {weight:.0%} of the mix."
        diagnostics.append(analysis.diagnostic("weights", other, told, value=weight))
        told = f"{other}, as if launched, parts {error_ratio:.1f} times as far after as before."
        diagnostics.append(analysis.diagnostic("placebo_countries", other, told, value=error_ratio))
    diagnostics += [
        analysis.diagnostic(
            "event_study",
            name,
            f"{gap:+.1%} in week {week - int(cells.launch[place]):+d} from launch.",
            position=float(week - cells.launch[place]),
            value=gap,
        )
        for week, gap in enumerate(found.gaps)
    ]
    return Findings([effect], diagnostics)
