import pytest

from analytics_platform_tests.dashboards.experiment_lake import rows_of
from dashboards import experiment_detail
from dashboards.certification import Standing

NAME, METRIC = "calmer_layout", "engagement_seconds_per_user"


@pytest.fixture(scope="module")
def readouts() -> list[dict]:
    return [row for row in rows_of("experiments.readouts") if row["experiment_id"] == NAME]


@pytest.fixture(scope="module")
def segments() -> list[dict]:
    return rows_of("experiments.segment_effects")


def plan_of(name: str, **other: object) -> str:
    row = next(row for row in rows_of("experiments.catalogue") if row["experiment_id"] == name)
    return experiment_detail.plan({**row, **other})


def test_the_plan_tells_hypothesis_dates_unit_allocation_and_rule():
    told = plan_of(NAME, trigger_event="quiz_opened")
    for part in (
        "The calmer layout helps.",
        "Wed 1 Oct 2025 to Tue 28 Oct 2025",
        "by user: control 50%, treatment 50%",
        "**Exposed at** quiz_opened",
        "Ship after 14 days",
    ):
        assert part in told


def test_a_plan_without_end_or_trigger_says_only_what_is_known():
    told = plan_of("tiny_pilot")
    assert "to open end" in told
    assert "Exposed at" not in told
    assert "None" not in told


def test_one_row_a_metric_primary_first_and_decisive_before_others(readouts: list[dict]):
    chosen = experiment_detail.chosen(readouts)
    assert (chosen[0]["metric"], chosen[0]["method"]) == (METRIC, "cuped")
    assert [row["purpose"] for row in chosen] == [
        "primary",
        "secondary",
        "secondary",
        "guardrail",
        "guardrail",
    ]
    assert len({row["metric"] for row in chosen}) == len(chosen)


def test_a_guardrail_has_its_margin_on_the_side_that_hurts(readouts: list[dict]):
    rows = experiment_detail.metric_rows(readouts, {"active_days", "cancelled"}, is_broken=False)
    marks = {row.label.split(" <i>")[0]: row.mark for row in rows}
    assert marks["Active days per user"] == -0.02
    assert marks["Users who cancelled"] == 0.02
    assert marks["Sessions per user"] is None
    absolute = experiment_detail.metric_rows(readouts, set(), is_broken=False)
    assert {row.mark for row in absolute} == {None}


def test_which_margins_are_relative_stands_in_the_catalogue():
    row = {"guardrails": "active_days by at most 2%, cancelled by at most 0.02"}
    assert experiment_detail.relative_margins(row) == {"active_days"}
    assert experiment_detail.relative_margins({"guardrails": None}) == set()
    assert experiment_detail.relative_margins({}) == set()


def test_everything_of_a_broken_experiment_is_grey(readouts: list[dict]):
    rows = experiment_detail.metric_rows(readouts, set(), is_broken=True)
    assert {row.tone for row in rows} == {"broken"}
    assert not [row.text for row in rows if "safe" in row.text], "no guardrail can be called safe"
    methods = experiment_detail.method_rows(readouts, METRIC, is_broken=True)
    assert {row.tone for row in methods} == {"broken"}


@pytest.mark.parametrize(
    ("is_non_inferior", "short", "long"),
    [
        (True, "safe", "Active days per user is not worse by its margin (p = 0.003)."),
        (
            False,
            "not shown safe",
            "Active days per user is not shown to be safe: it may be worse by its margin (p = 0.003).",
        ),
        (None, "cannot tell", "The margin cannot be tested."),
    ],
)
def test_guardrails_are_judged_in_words(is_non_inferior: bool | None, short: str, long: str):
    row = {
        "purpose": "guardrail",
        "metric": "active_days",
        "margin": 0.02,
        "margin_p_value": 0.003,
        "is_non_inferior": is_non_inferior,
    }
    assert experiment_detail.guardrail_words(row, short=True) == short
    assert experiment_detail.guardrail_words(row) == long
    assert experiment_detail.guardrail_words({**row, "purpose": "secondary"}) == ""


def test_methods_stand_side_by_side_with_what_they_gained(readouts: list[dict]):
    rows = experiment_detail.method_rows(readouts, METRIC, is_broken=False)
    assert rows[0].label == "★ CUPED"
    assert {row.label for row in rows[1:]} == {"Unadjusted", "Post-stratified", "Bayesian"}
    assert next(row for row in rows if row.label == "Post-stratified").text.endswith("variance −12%")


def test_the_posterior_is_a_sentence(readouts: list[dict]):
    told = experiment_detail.bayesian_words(readouts, METRIC)
    assert told.startswith(
        "Bayesian: 99.8% chance that engagement per user is better, expected relative loss"
    )
    assert experiment_detail.bayesian_words(readouts, "sessions") == ""


def test_a_method_is_named_beside_its_badge():
    told = experiment_detail.method_words([Standing("cuped", 0, 0), Standing("unadjusted", 2, 0)])
    assert told.startswith("CUPED [:orange-badge")
    assert " · Unadjusted [:green-badge" in told


def test_the_table_never_shows_a_missing_number(readouts: list[dict]):
    cells = [str(value) for row in experiment_detail.metric_table(readouts) for value in row.values()]
    assert not {"None", "nan", "inf"} & set(cells)
    assert "not known" in cells


def test_segments_are_sorted_with_the_shrunken_estimate(segments: list[dict]):
    rows = experiment_detail.segment_rows(segments, "country", is_broken=False)
    assert [row.label for row in rows] == ["GB · n = 10,000", "US · n = 10,000", "IN · n = 5"]
    assert rows[0].shadow is not None
    assert rows[0].shadow.estimate < rows[0].interval.estimate
    assert (rows[2].interval, rows[2].shadow) == (None, None)
    broken = experiment_detail.segment_rows(segments, "country", is_broken=True)
    assert {row.tone for row in broken} == {"broken"}


def test_segments_without_an_estimate_say_why_once_a_reason():
    rows = [
        {"segment": "IN", "reason": "an arm has 4 units"},
        {"segment": "AU", "reason": "an arm has 4 units"},
        {"segment": "GB", "reason": None},
    ]
    assert experiment_detail.left_out(rows) == ["IN and AU: cannot be estimated because an arm has 4 units."]


def test_the_subtitle_tells_level_and_units(readouts: list[dict]):
    told = experiment_detail.subtitle(readouts, "user")
    assert told.startswith("Relative effect with its 95% interval, treatment against control · n = 5,088 vs")
    assert "4,912 users in control" in told


def test_a_tiny_loss_is_not_called_zero(readouts: list[dict]):
    rows = [{**row, "expected_loss": 0.00004} for row in readouts]
    assert experiment_detail.bayesian_words(rows, METRIC).endswith("when shipped below 0.01%.")


@pytest.mark.parametrize(
    ("dimension", "told"),
    [
        ("role", "The effect differs by role (p = 0.004"),
        ("platform", "No sign that the effect differs by platform (p = 0.61)"),
        ("country", "Whether the effect differs by country cannot be estimated"),
    ],
)
def test_heterogeneity_is_a_finding_or_an_admission(segments: list[dict], dimension: str, told: str):
    assert experiment_detail.heterogeneity(segments, dimension).startswith(told)


def test_failed_diagnostics_come_first():
    rows = [row for row in rows_of("experiments.diagnostics") if row["experiment_id"] == NAME]
    told = experiment_detail.diagnostics_in_words(rows)
    assert [passed for passed, _, _ in told] == [False, None, True]
    assert told[-1][1] == "Before the start"


@pytest.mark.parametrize(
    ("outcomes", "headline"),
    [
        ([], "No diagnostic has an outcome yet"),
        ([None], "No diagnostic has an outcome yet"),
        ([True], "The diagnostic passes"),
        ([True, True], "All 2 diagnostics pass"),
        ([True, False, None], "1 of 2 diagnostics fails"),
        ([False, False], "2 of 2 diagnostics fail"),
    ],
)
def test_the_headline_counts_judged_diagnostics(outcomes: list[bool | None], headline: str):
    assert experiment_detail.diagnostics_headline([{"passed": passed} for passed in outcomes]) == headline
