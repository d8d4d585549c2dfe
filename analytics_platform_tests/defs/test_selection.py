"""Texts that select assets."""

import dagster as dg
import pytest

from analytics_platform.defs.selection import select_assets
from analytics_platform.errors import AnalyticsError


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    @dg.multi_asset(
        name="raw", specs=[dg.AssetSpec(["raw", name], group_name="raw") for name in ("events", "users")]
    )
    def raw():  # noqa: ANN202 - Dagster reads an annotation as one output
        ...

    @dg.asset(key=["activity", "events"], deps=[["raw", "events"]], group_name="activity")
    def events() -> None: ...

    @dg.asset(key=["activity", "users"], deps=[["activity", "events"]], group_name="activity")
    def users() -> None: ...

    shown = dg.AssetSpec(["raw", "quarantine"], group_name="raw")
    return dg.Definitions(assets=[raw, events, users, shown])


ALL = {"raw/events", "raw/users", "activity/events", "activity/users"}


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("*", ALL),
        ("activity/users", {"activity/users"}),
        ("activity.users", {"activity/users"}),
        ("activity/*", {"activity/events", "activity/users"}),
        ("group:activity", {"activity/events", "activity/users"}),
        ("+activity/events", {"activity/events", "raw/events", "raw/users"}),
        ("activity.events+", {"activity/events", "activity/users"}),
        ("1+activity/users", {"activity/events", "activity/users"}),
        ("raw/events", {"raw/events", "raw/users"}),
        ("raw/users, activity/users", {"raw/events", "raw/users", "activity/users"}),
        ("* and not group:raw", {"activity/events", "activity/users"}),
        ("(group:raw or group:activity) and not activity/users", ALL - {"activity/users"}),
        ("raw/*", {"raw/events", "raw/users"}),
    ],
)
def test_a_selection_names_these_assets(text: str, names: set[str], definitions: dg.Definitions) -> None:
    assert {key.to_user_string() for key in select_assets(text, definitions)} == names


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("activity/user", r"'activity/user' names no asset; did you mean activity/users\."),
        ("nothing", r"'nothing' names no asset: there are activity/events, activity/users, raw/events"),
        ("raw/nope or activity/events", r"names no asset: there are activity/events"),
        ("group:nothing", r"names no asset"),
        ("raw/quarantine", r"names no asset"),
        ("((", r"'\(\(' cannot be read: write asset names"),
        ("activity/users and", r"cannot be read"),
        ("", r"cannot be read"),
    ],
)
def test_a_selection_that_names_nothing_is_refused(
    text: str, sentence: str, definitions: dg.Definitions
) -> None:
    with pytest.raises(AnalyticsError, match=sentence):
        select_assets(text, definitions)
