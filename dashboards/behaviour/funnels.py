"""Funnels, drawn: who comes through, where the others stop, how long it takes, and who they are."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import polars as pl
import streamlit as st

from dashboards import footers, health, status
from dashboards.behaviour import funnel_evidence as evidence
from dashboards.behaviour import funnel_parts as parts
from dashboards.dot_plots import dot_plot
from dashboards.drawing import draw
from dashboards.forest import forest
from dashboards.reader import Reading, Row

SHOWN_USERS = 500
LISTED = ("user_id", "role", "country", "acquisition_channel", "platform", "state", "furthest_step")


def show(reading: Reading) -> None:
    """Draw the view."""
    definitions = {row["funnel_id"]: row for row in reading.rows(parts.DEFINITIONS)}
    if not definitions:
        st.info(
            "There are no funnels yet: write some in a YAML file, name it in the setting `funnels`, and run "
            "`analytics-platform run --select behaviour/funnel_steps`.",
            icon=":material/info:",
        )
        return
    status.strip(reading, None, parts.STEPS, "funnels")
    left, right = st.columns([2, 3], vertical_alignment="bottom")
    chosen = left.selectbox("Funnel", list(definitions), key="funnel", bind="query-params")
    funnel_id = chosen or next(iter(definitions))
    definition = definitions[funnel_id]
    rows = reading.rows(parts.STEPS, funnel_id=funnel_id)
    with right:
        dimension, segment = _segment(rows)
    steps = parts.ordered(rows, dimension, segment)
    whose = parts.shown_segment(dimension, segment)
    st.subheader(f"{definition['title']}: {parts.headline(steps)}", anchor=False)
    st.caption(parts.subtitle(definition, steps) + (f"; {whose} only" if whose else ""))
    footers.banner(health.problems_of(reading, parts.STEPS, datetime.now(UTC)), date.min, date.max)
    draw(parts.bars(steps), "bars", f"{definition['title']}: {parts.headline(steps)}")
    if said := parts.caution(steps):
        st.caption(said)
    guide = "Users whose attempt that counts reached each step"
    footers.footer(reading, parts.STEPS, guide, pl.DataFrame(steps), f"funnel_{funnel_id}")
    with st.expander("The same in numbers"):
        st.dataframe(parts.step_table(steps), hide_index=True, height="content", alt="Every step in numbers")
    if not steps[0]["users"]:
        return
    _users(reading, funnel_id, steps, (dimension, segment))
    _compared(reading, rows, funnel_id, dimension)
    _step(reading, funnel_id, steps, (dimension, segment))


def _segment(rows: Sequence[Row]) -> tuple[str, str]:
    """What the funnel is shown for: everybody, or one segment of a dimension."""
    held = [name for name in parts.DIMENSIONS if any(row["dimension"] == name for row in rows)]
    names = [parts.DIMENSIONS[name] for name in held]
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    chosen = left.segmented_control(
        "Users", names, default=names[0], required=True, key="by", bind="query-params"
    )
    dimension = held[names.index(chosen)]
    if dimension == "overall":
        return parts.OVERALL
    key = f"segment_{dimension}"
    segment = right.selectbox(
        parts.DIMENSIONS[dimension], parts.segments(rows, dimension), key=key, bind="query-params"
    )
    return dimension, segment


def _users(reading: Reading, funnel_id: str, steps: Sequence[Row], of: tuple[str, str]) -> None:
    """The users behind a bar: as many as it counts."""
    st.markdown("**Who they are**")
    left, right = st.columns(2)
    names = [f"{row['step']}. {row['step_name']}" for row in steps]
    most = max(range(len(steps)), key=lambda place: steps[place]["dropped_users"])
    chosen_step = left.selectbox("Step", names, index=most, key="step", bind="query-params")
    step = names.index(chosen_step) + 1
    words = right.segmented_control(
        "Users who",
        list(parts.STATES),
        default=next(iter(parts.STATES)),
        required=True,
        key="who",
        bind="query-params",
    )
    state = parts.STATES[words]
    chosen = reading.snapshot.scan(parts.USERS).filter(
        pl.col("funnel_id") == funnel_id, parts.members(step, state, *of)
    )
    taken = [f"step_{row['step']}_at" for row in steps]
    users = chosen.select(*LISTED, *taken).sort("user_id").collect()
    st.markdown(parts.list_headline(users.height, steps[step - 1], state))
    if users.height != parts.charted(steps, step, state):
        st.error(
            f"The chart counts {parts.charted(steps, step, state):,}: the tables are of different runs; "
            "build `behaviour/funnel_steps` again.",
            icon=":material/error:",
        )
    st.dataframe(users.head(SHOWN_USERS), hide_index=True, height=240, alt=f"Users of {names[step - 1]}")
    shown = "" if users.height <= SHOWN_USERS else f"; the first {SHOWN_USERS} are shown, the file has all"
    guide = f"A user a row, as many as the bar counts{shown}"
    footers.footer(reading, parts.USERS, guide, users, f"users_{funnel_id}_{step}_{state}")


def _compared(reading: Reading, rows: Sequence[Row], funnel_id: str, dimension: str) -> None:
    """Segments side by side."""
    if dimension == "overall":
        return
    dots = parts.compared(rows, dimension)
    st.markdown(f"**{parts.compared_headline(dots, dimension)}**")
    st.caption(
        "Share of users who began that reached the last step, with 95 % intervals, the largest segments."
    )
    draw(dot_plot(dots), "compared", parts.compared_headline(dots, dimension))
    own = pl.DataFrame([row for row in rows if row["dimension"] == dimension])
    footers.footer(
        reading,
        parts.STEPS,
        "Reached the last step, of all who began",
        own,
        f"funnel_{funnel_id}_{dimension}",
    )


def _step(reading: Reading, funnel_id: str, steps: Sequence[Row], of: tuple[str, str]) -> None:
    """How long a step takes, and what goes with reaching it."""
    names = [f"{row['step']}. {row['step_name']}" for row in steps[1:]]
    st.divider()
    chosen = st.segmented_control(
        "Reaching", names, default=names[-1], required=True, key="reaching", bind="query-params"
    )
    step = steps[names.index(chosen) + 1]
    left, right = st.columns(2, gap="large")
    with left:
        _times(reading, funnel_id, step, of)
    with right:
        _drivers(reading, funnel_id, step)


def _times(reading: Reading, funnel_id: str, step: Row, of: tuple[str, str]) -> None:
    rows = reading.rows(parts.TIMES, funnel_id=funnel_id, dimension=of[0], segment=of[1])
    own = [row for row in rows if row["step"] == step["step"] and row["since"] == "start"]
    st.markdown(f"**{evidence.times_headline(step)}**")
    if own:
        st.caption(f"Time from the first step, share of {step['users']:,} users")
        draw(evidence.times(rows, step["step"]), "times", evidence.times_headline(step))
        guide = "Time from the first step of the attempt that counts"
        footers.footer(reading, parts.TIMES, guide, pl.DataFrame(own), f"times_{funnel_id}_{step['step']}")


def _drivers(reading: Reading, funnel_id: str, step: Row) -> None:
    rows = reading.rows(parts.DRIVERS, funnel_id=funnel_id)
    told = evidence.told_drivers(rows, step["step"])
    st.markdown(f"**{evidence.drivers_headline(rows, step)}**")
    st.caption(
        "An association, not an effect: difference in the share that goes on, to all other users, by what "
        "was known before the day of the first attempt. Colour: the interval, adjusted for all that was "
        "looked at, excludes zero."
    )
    if told:
        draw(forest(evidence.driver_rows(told), "+~%"), "drivers", evidence.drivers_headline(rows, step))
        own = pl.DataFrame([row for row in rows if row["step"] == step["step"]])
        guide = "Share that reaches the step less that of all others (Newcombe, Benjamini–Yekutieli)"
        footers.footer(reading, parts.DRIVERS, guide, own, f"drivers_{funnel_id}_{step['step']}")
