"""A staggered launch: what flashcards did to activity, launched in one country after another."""

import numpy as np

from analytics_platform.experiments.causal.launch_cells import Cells, design_of
from analytics_platform.experiments.causal.tables import Analysis, Findings, Row
from analytics_platform.lakehouse import Window
from analytics_platform.stats.causal.imputation import ImputedEffect, imputed_effect
from analytics_platform.stats.causal.influence import Floats
from analytics_platform.stats.causal.staggered import (
    Panel,
    PanelEffect,
    forbidden_share,
    pre_trend_test,
    saturated,
    two_stage,
    two_way,
)

REPLICATES = 200
FEWEST_DAYS = 1_000
METHODS = ("twfe", "did2s", "saturated", "imputation")
UNCERTAINTY = (
    "Intervals tell how far other users of the same countries might differ; shocks that hit one whole "
    "country are not in them, and a handful of countries is too few to measure those."
)
LAUNCH = Analysis(
    analysis_id="flashcards_launch",
    question="What did launching flashcards do to how often users come?",
    design="staggered_launch",
    outcome="share of days active, the day of sign-up left out",
    estimand="mean effect on days after launch",
    population="all users of countries, by week of sign-up",
    assumptions="",
)
TWFE = (
    "Effects are the same at once and for ever, in all countries. They are not: earlier launches then serve "
    "as controls whose growing effect is taken off. Shown as a warning. "
)
PARALLEL = (
    "Without the launch the shares of days active would have moved alike in all countries, holidays and "
    "exams apart; nothing happened in anticipation. As all countries slow down by shares and not by equal "
    "steps, this is doubtful. "
)
SATURATED = (
    "Without the launch the shares of days active would have moved alike in all countries, holidays "
    "included, which they did not; nothing happened in anticipation. "
)
RATIOS = (
    "Without the launch, activity at a given age would have moved by the same ratios in all countries, apart "
    "from holidays and exams, whose part is learnt; nothing happened in anticipation; countries do not touch "
    "one another. "
)


def staggered_launch(cells: Cells, days: Window, seed: int = 0) -> Findings:
    """The analysis by every method.

    Args:
        cells: the counts.
        days: reporting days there are.
        seed: of the draws of parts of users.
    """
    reason = why_not(cells, days)
    if reason is not None:
        return Findings([LAUNCH.impossible(method, reason) for method in METHODS], [])
    return _two_way_and_mended(cells) + _by_ratios(cells, seed)


def why_not(cells: Cells, days: Window) -> str | None:
    """Why a launch cannot be analysed, or None where it can."""
    if not cells.countries:
        return "No country is known."
    launched = [week for week in cells.launch if week < cells.weeks]
    if not launched:
        return f"The feature was launched in no country by {days.last_day}."
    if min(launched) < 2:
        return "The feature was there in the first two weeks already, so there is no time before the launch."
    if len(np.unique(np.minimum(cells.launch, cells.weeks))) < 2:
        return "The feature was launched everywhere in the same week."
    before = np.where(cells.treated[:, None, None, :], 0, cells.known).sum(axis=(1, 2, 3))
    if before.min() < FEWEST_DAYS:
        place = cells.countries[int(before.argmin())]
        return f"{place} has {before.min():,.0f} user-days before the launch; {FEWEST_DAYS:,} are needed."
    return None


def panel_of(cells: Cells) -> Panel:
    """Parts of countries by week, once they have users; parts without a week before launch are left out."""
    active, known = cells.active.sum(axis=2), cells.known.sum(axis=2)
    treated = np.broadcast_to(cells.treated[:, None, :], known.shape)
    has_before = ((known > 0) & ~treated).any(axis=2, keepdims=True)
    part, week = np.indices((known.shape[0] * known.shape[1], known.shape[2]))
    keep = ((known > 0) & has_before).ravel()
    launch = np.where(cells.launch >= cells.weeks, 0, cells.launch + 1)[part // known.shape[1]]
    calendar = {
        name: cells.calendar[part // known.shape[1], kind, week].ravel()[keep]
        for kind, name in enumerate(("holidays", "exams"))
    }
    return Panel(
        unit=part.ravel()[keep],
        period=week.ravel()[keep] + 1,
        first_treated=launch.ravel()[keep],
        outcome=active.ravel()[keep] / known.ravel()[keep],
        covariates={name: values for name, values in calendar.items() if values.std() > 0},
    )


def _two_way_and_mended(cells: Cells) -> Findings:
    panel = panel_of(cells)
    whole, points = saturated(panel)
    effects = [
        _panel_row("twfe", TWFE, panel, two_way(panel)),
        _panel_row("did2s", PARALLEL, panel, two_stage(panel)),
        _panel_row("saturated", SATURATED, panel, whole),
    ]
    p_value = pre_trend_test(panel)
    told = "no sign of" if p_value >= 0.05 else "a sign of"
    share = forbidden_share(panel)
    diagnostics = [
        LAUNCH.diagnostic(
            "pre_trend",
            "six weeks before launch",
            f"Differences of levels show {told} countries parting before the launch (p = {p_value:.3f}).",
            p_value=p_value,
            passed=p_value >= 0.05,
        ),
        LAUNCH.diagnostic(
            "weights",
            "treated rows counted negatively",
            f"Two-way fixed effects count {share:.0%} of treated rows against the effect.",
            value=share,
            passed=share == 0,
        ),
    ]
    diagnostics += [
        LAUNCH.diagnostic(
            "event_study",
            "saturated",
            f"{point.estimate:+.3f} in week {point.position:+d} from launch.",
            position=float(point.position),
            value=point.estimate,
            low=point.low,
            high=point.high,
        )
        for point in points
    ]
    return Findings(effects, diagnostics)


def _panel_row(method: str, assumptions: str, panel: Panel, found: PanelEffect) -> Row:
    base = float(panel.outcome[panel.treated].mean()) - found.estimate
    return LAUNCH.assuming(assumptions + UNCERTAINTY).row(
        method,
        units=len(panel.outcome),
        treated_units=int(panel.treated.sum()),
        control_mean=base,
        effect=found.estimate,
        standard_error=found.standard_error,
        effect_low=found.low,
        effect_high=found.high,
        relative_effect=found.estimate / base if base > 0 else None,
        p_value=found.p_value,
    )


def _by_ratios(cells: Cells, seed: int) -> Findings:
    design = design_of(cells, by_week=True)
    shape = design.shape[:-1]
    treated = np.broadcast_to(cells.treated[:, None, :], shape)
    drawn = _replicates(cells, seed)
    try:
        found = imputed_effect(
            design.reshape(-1, design.shape[-1]),
            cells.active.sum(axis=1).ravel(),
            cells.known.sum(axis=1).ravel(),
            treated.ravel(),
            drawn,
        )
    except ValueError as error:
        return Findings([LAUNCH.impossible("imputation", f"It cannot be estimated: {error}.")], [])
    held = cells.known.sum(axis=1) > 0
    return Findings([_ratio_row(found, int(held.sum()), int((held & treated).sum()))], [])


def _ratio_row(found: ImputedEffect, units: int, treated: int) -> Row:
    return LAUNCH.assuming(RATIOS + UNCERTAINTY).row(
        "imputation",
        is_recommended=True,
        units=units,
        treated_units=treated,
        control_mean=found.control_mean,
        effect=found.effect,
        standard_error=found.standard_error,
        effect_low=found.low,
        effect_high=found.high,
        relative_effect=found.relative,
        relative_low=found.relative_low,
        relative_high=found.relative_high,
        p_value=found.p_value,
    )


def _replicates(cells: Cells, seed: int) -> tuple[Floats, Floats]:
    """Counts with the parts of each country drawn anew, each of shape (replicates, cells)."""
    countries, parts = cells.active.shape[:2]
    drawn = np.random.default_rng(seed).multinomial(
        parts, np.full(parts, 1 / parts), size=(REPLICATES, countries)
    )
    counts = [np.einsum("rcp,cpsw->rcsw", drawn, values) for values in (cells.active, cells.known)]
    return counts[0].reshape(REPLICATES, -1), counts[1].reshape(REPLICATES, -1)
