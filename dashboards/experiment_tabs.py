"""The tabs of one experiment: each draws what its module of words and figures says."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboards import (
    certification,
    effect_curves,
    effects,
    experiment_detail,
    power_plans,
    sample_ratio,
    uplift,
)
from dashboards.drawing import draw
from dashboards.footers import footer
from dashboards.forest import forest
from dashboards.portfolio import CATALOGUE, READOUTS
from dashboards.reader import Reading, Row
from dashboards.vocabulary import method_label, metric_description, metric_label

SEGMENTS = "experiments.segment_effects"
DIAGNOSTICS = "experiments.diagnostics"


@dataclass(frozen=True)
class Subject:
    """What the tabs are about.

    Attributes:
        reading: the pinned data.
        experiment_id: the experiment.
        variant: the variant compared with control.
        primary: its primary metric.
        certificates: rows of `validation.certificates`.
        is_broken: whether group sizes do not fit the plan.
    """

    reading: Reading
    experiment_id: str
    variant: str
    primary: str
    certificates: Sequence[Row]
    is_broken: bool

    def rows(self, table: str, **equal: object) -> list[Row]:
        """Rows of a table about the experiment."""
        return self.reading.rows(table, experiment_id=self.experiment_id, **equal)

    def of_variant(self, table: str, **equal: object) -> list[Row]:
        """Rows of a table about the variant."""
        return self.rows(table, variant=self.variant, **equal)

    @property
    def planned(self) -> Row:
        """Its row of the catalogue; empty where there is none."""
        return next(iter(self.rows(CATALOGUE)), {})

    @property
    def unit(self) -> str:
        """What was randomised."""
        return self.planned.get("unit") or "user"

    @property
    def kind(self) -> str | None:
        """Kind of its primary metric."""
        of_primary = self.of_variant(READOUTS, metric=self.primary)
        return next((row["kind"] for row in of_primary), None)

    def methods(self, readouts: Sequence[Row]) -> None:
        """The methods of readouts with their badges, and the limits that are known of them."""
        found = certification.of_rows(self.certificates, readouts, self.unit)
        st.caption(experiment_detail.method_words(found))
        for told in certification.limit_words(found):
            st.caption(told)

    def footer(self, table: str, definition: str, rows: pl.DataFrame, name: str) -> None:
        """The line below a chart; none where the table is not built."""
        if table in self.reading.snapshot.tables:
            footer(self.reading, table, definition, rows, f"{self.experiment_id}_{name}")


def metrics(subject: Subject) -> None:
    """Every metric by the method that decides, then one metric by all methods."""
    readouts = subject.of_variant(READOUTS)
    if not readouts:
        st.info("There is no readout yet: run `analytics-platform run`.")
        return
    relative = experiment_detail.relative_margins(subject.planned)
    shown = experiment_detail.metric_rows(readouts, relative, is_broken=subject.is_broken)
    st.markdown("**Effects on all metrics**")
    st.caption(experiment_detail.subtitle(readouts, subject.unit))
    draw(forest(shown), "metrics_forest", f"Effects of {subject.experiment_id} on {len(shown)} metrics")
    subject.methods(experiment_detail.chosen(readouts))
    for told in effects.why_not(experiment_detail.labelled(readouts), "label"):
        st.caption(told)
    with st.expander("As a table"):
        st.dataframe(experiment_detail.metric_table(readouts), hide_index=True, alt="Every metric in numbers")
    rows = effects.as_frame(readouts, experiment_detail.METRIC_COLUMNS)
    subject.footer(READOUTS, metric_description(subject.primary), rows, "readouts")
    methods(subject, readouts)


def methods(subject: Subject, readouts: Sequence[Row]) -> None:
    """One metric by every method, with what each has gained and whether it is certified."""
    names = [row["metric"] for row in experiment_detail.chosen(readouts)]
    labels = {metric_label(name): name for name in dict.fromkeys(names)}
    st.markdown("**One metric by every method**")
    label = st.selectbox("Metric", labels, key="method_metric", bind="query-params", width=300)
    own = [row for row in readouts if row["metric"] == labels[label]]
    rows = experiment_detail.method_rows(own, labels[label], is_broken=subject.is_broken)
    st.caption("Relative effect with its interval · ★ decides · variance: against the unadjusted estimate")
    draw(forest(rows), "methods_forest", f"{label} by {len(rows)} methods")
    subject.methods(own)
    if bayesian := experiment_detail.bayesian_words(own, labels[label]):
        st.caption(bayesian)
    named = [{**row, "label": method_label(row["method"])} for row in own]
    for told in effects.why_not(named, "label"):
        st.caption(told)
    table = effects.as_frame(own, experiment_detail.METRIC_COLUMNS)
    subject.footer(READOUTS, metric_description(labels[label]), table, "methods")


def over_time(subject: Subject) -> None:
    """The estimate day by day, and the effect by days since exposure."""
    points = subject.of_variant(effect_curves.TABLE)
    labels = {metric_label(name): name for name in _ordered(points, subject.primary)}
    if not labels:
        st.info("There are too few days for a curve.")
        return
    label = st.selectbox("Metric", labels, key="curve_metric", bind="query-params", width=300)
    own = [row for row in points if row["metric"] == labels[label]]
    st.markdown(f"**{effect_curves.headline(own)}**")
    level = effects.level(subject.planned)
    st.caption(effect_curves.subtitle(own, subject.unit, level))
    if effect_curves.points(own, "as_of"):
        draw(effect_curves.curve_chart(own, "as_of"), "as_of", effect_curves.headline(own))
    tested = effect_curves.novelty(subject.of_variant(DIAGNOSTICS), labels[label])
    finding = effect_curves.since_exposure_headline(own, tested)
    st.markdown(f"**{finding}**")
    st.caption(effect_curves.since_exposure_subtitle(own, subject.unit, level))
    if len(effect_curves.points(own, "days_since_exposure")) > 1:
        draw(effect_curves.curve_chart(own, "days_since_exposure"), "since_exposure", finding)
    rows = effects.as_frame(own, effect_curves.COLUMNS)
    subject.footer(effect_curves.TABLE, metric_description(labels[label]), rows, "over_time")


def segments(subject: Subject) -> None:
    """The effect in every segment, raw and shrunken, with the test of whether they differ."""
    effects_of = subject.of_variant(SEGMENTS)
    names = _ordered(effects_of, subject.primary)
    if not names:
        st.info("There are no segments to compare.")
        return
    label = st.selectbox("Metric", [metric_label(name) for name in names], key="segment_metric", width=300)
    metric = next(name for name in names if metric_label(name) == label)
    own = [row for row in effects_of if row["metric"] == metric]
    st.caption(
        f"Relative effect with its {effects.level(subject.planned)} interval · n: {subject.unit}s in both "
        "arms · coloured where zero is excluded after adjusting for the number of segments · purple: drawn "
        "towards the mean of all (shrunken)"
    )
    present = {row["dimension"] for row in own}
    dimensions = [name for name in experiment_detail.DIMENSIONS if name in present]
    for column, dimension in zip(_columns(len(dimensions)), dimensions, strict=True):
        with column:
            st.markdown(f"**{experiment_detail.heterogeneity(own, dimension)}**")
            rows = experiment_detail.segment_rows(own, dimension, is_broken=subject.is_broken)
            draw(forest(rows), f"segments_{dimension}", f"{label} by {dimension}")
    for told in experiment_detail.left_out(own):
        st.caption(told)
    rows = effects.as_frame(own, ("dimension", "segment", *SEGMENT_COLUMNS))
    subject.footer(SEGMENTS, metric_description(metric), rows, "segments")


SEGMENT_COLUMNS = (
    "control_units", "treatment_units", "relative_effect", "relative_low", "relative_high",
    "p_value", "adjusted_p_value", "shrunken_relative_effect", "shrunken_low", "shrunken_high",
    "heterogeneity_p_value", "reason",
)  # fmt: skip


def assignment(subject: Subject) -> None:
    """Whether the groups are as large as planned."""
    rows = subject.rows(sample_ratio.TABLE)
    st.markdown(f"**{sample_ratio.headline(rows)}**")
    st.caption(sample_ratio.subtitle(rows))
    if rows:
        st.markdown(sample_ratio.failing(rows))
    if sample_ratio.by_day(rows):
        st.caption(
            f"p-value of each day's group sizes; below {sample_ratio.THRESHOLD:g} they do not fit the plan"
        )
        draw(sample_ratio.day_chart(rows), "srm_days", sample_ratio.headline(rows))
    definition = "Group sizes against the planned shares, by a chi-square test"
    subject.footer(sample_ratio.TABLE, definition, effects.as_frame(rows, sample_ratio.COLUMNS), "srm")


def power(subject: Subject) -> None:
    """What the experiment could find."""
    plans = subject.rows(power_plans.TABLE)
    st.markdown(f"**{power_plans.headline(plans, subject.primary)}**")
    st.caption(power_plans.subtitle(plans))
    if table := power_plans.table(plans):
        st.dataframe(table, hide_index=True, alt="Power plan of every metric")
    for told in power_plans.left_out(plans):
        st.caption(told)
    definition = "Smallest relative effect that the planned sample finds"
    subject.footer(power_plans.TABLE, definition, pl.DataFrame(plans, infer_schema_length=None), "power")


def who_benefits(subject: Subject) -> None:
    """Qini curve, policy and calibration of predicted uplift."""
    found = subject.rows(uplift.TABLE)
    if not found:
        st.info("Nobody has asked yet who benefits: uplift is learned for experiments with enough users.")
        return
    learners = uplift.learners(found)
    if len(learners) > 1:
        labels = {method_label(name): name for name in learners}
        label = st.segmented_control("Learner", labels, default=next(iter(labels)), required=True)
        found = [row for row in found if row["learner"] == labels[label]]
    st.markdown(f"**{uplift.headline(found)}**")
    badge = certification.standing(subject.certificates, "qini", subject.kind).badge
    st.caption(f"{uplift.subtitle(found)} · Qini coefficient {badge}")
    st.markdown("\n".join(f"- {told}" for told in uplift.sentences(found)))
    left, right = st.columns(2, gap="large")
    if len(uplift.points(found, "curve")) > 1:
        with left:
            st.markdown("**Gain when the most promising users are treated first**")
            draw(uplift.qini_chart(found), "qini", uplift.headline(found))
    if len(uplift.points(found, "calibration_bin")) > 1:
        with right:
            st.markdown("**Observed against predicted effect, by groups of users**")
            draw(uplift.calibration_chart(found), "calibration", "Observed against predicted effect")
    if ranked := uplift.importances(found):
        st.caption(f"What the prediction leans on most: {', '.join(name for name, _ in ranked[:5])}")
    subject.footer(
        uplift.TABLE,
        "Gain of treating those who benefit most",
        effects.as_frame(found, uplift.COLUMNS),
        "uplift",
    )


def diagnostics(subject: Subject) -> None:
    """Every diagnostic with its sentence, failures first."""
    found = subject.of_variant(DIAGNOSTICS)
    st.markdown(f"**{experiment_detail.diagnostics_headline(found)}**")
    listing(experiment_detail.diagnostics_in_words(found))
    subject.footer(
        DIAGNOSTICS,
        "What could spoil the readout, tested",
        pl.DataFrame(found, infer_schema_length=None),
        "diagnostics",
    )


def listing(sentences: Sequence[tuple[bool | None, str, str]]) -> None:
    """Sentences with a mark for passed, failed or not judged."""
    marks = {
        True: ":green-badge[:material/check: passed]",
        False: ":red-badge[:material/close: failed]",
        None: ":gray-badge[not judged]",
    }
    for passed, name, told in sentences:
        st.markdown(f"{marks[passed]} **{name}** {told}")


TABS: dict[str, Callable[[Subject], None]] = {
    "Metrics": metrics,
    "Over time": over_time,
    "Segments": segments,
    "Group sizes": assignment,
    "Power": power,
    "Who benefits": who_benefits,
    "Diagnostics": diagnostics,
}


def show(subject: Subject) -> None:
    """The tabs; only the open one runs."""
    for tab, body in zip(st.tabs(list(TABS), key="tab", bind="query-params"), TABS.values(), strict=True):
        if tab.open:
            with tab:
                body(subject)


def _ordered(rows: Sequence[Row], first: str) -> list[str]:
    """Metrics of rows, one of them first."""
    return sorted(dict.fromkeys(row["metric"] for row in rows), key=lambda name: (name != first, name))


def _columns(number: int) -> list[DeltaGenerator]:
    left, right = st.columns(2, gap="large")
    return [(left, right)[at % 2] for at in range(number)]
