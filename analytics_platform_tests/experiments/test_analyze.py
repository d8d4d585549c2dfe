"""Analyses of somebody's own file: worked examples with known answers, and every mistake a file may hold."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml
from causaldata import nsw_mixtape, thornton_hiv

from analytics_platform.errors import AnalyticsError
from analytics_platform.experiments.analyze import Analysis, analyze

EXAMPLES = Path(__file__).parents[2] / "examples" / "experiments"
BASIC = {
    "unit": "id",
    "variant": "arm",
    "variants": {"control": 0.5, "treatment": 0.5},
    "metrics": [{"name": "spend"}],
}


def table(units: int = 200) -> pl.DataFrame:
    random = np.random.default_rng(1)
    before = random.gamma(2.0, 5.0, units)
    return pl.DataFrame(
        {
            "id": [f"u{number}" for number in range(units)],
            "arm": ["control", "treatment"] * (units // 2),
            "spend": before + random.normal(5.0, 1.0, units),
            "before": before,
            "orders": random.poisson(2.0, units) + 1.0,
            "bought": random.integers(0, 2, units),
            "country": random.choice(["DE", "US"], units),
            "room": [number // 10 * 2 + number % 2 for number in range(units)],
        }
    )


def analysed(folder: Path, rows: pl.DataFrame, **config: object) -> Analysis:
    rows.write_csv(folder / "users.csv")
    (folder / "users.yaml").write_text(yaml.safe_dump({**BASIC, **config}))
    return analyze(folder / "users.csv", folder / "users.yaml")


def first(found: Analysis, method: str) -> dict:
    return next(row for row in found.rows["experiments.readouts"] if row["method"] == method)


def test_lalondes_training_raised_earnings_by_1794_dollars(tmp_path: Path):
    """PyPI `causaldata` nsw_mixtape: +1,794 (robust SE 671), as Dehejia and Wahba (1999) report."""
    nsw_mixtape.load_pandas().data.to_csv(tmp_path / "lalonde.csv", index=False)
    row = first(analyze(tmp_path / "lalonde.csv", EXAMPLES / "lalonde.yaml"), "unadjusted")

    assert (row["control_units"], row["treatment_units"]) == (260, 185)
    assert row["effect"] == pytest.approx(1794.34, abs=0.01)
    assert row["standard_error"] == pytest.approx(671.0, abs=0.1)


def test_thorntons_incentives_brought_45_points_more_people(tmp_path: Path):
    """PyPI `causaldata` thornton_hiv: 33.9 % of those without an incentive came, 78.9 % of those with any."""
    thornton_hiv.load_pandas().data.to_csv(tmp_path / "thornton.csv", index=False)
    found = analyze(tmp_path / "thornton.csv", EXAMPLES / "thornton.yaml")
    row = first(found, "unadjusted")

    assert (row["control_mean"], row["treatment_mean"]) == pytest.approx((0.3387, 0.7892), abs=5e-5)
    assert row["effect"] == pytest.approx(0.4506, abs=5e-5)
    assert found.notes == (
        "any: 1,919 rows without a variant left out.",
        "got: 67 rows without a value left out: 56 of 679 in 0 (8.2 %), 11 of 2,222 in 1 (0.5 %).",
        (
            "got: outcomes are missing more often in one variant than in another (p < .001), "
            "so that the effect may be biased; find out why before you believe it."
        ),
    )


def test_a_file_is_read_out_with_all_that_its_configuration_names(tmp_path: Path):
    found = analysed(
        tmp_path,
        table(),
        metrics=[
            {"name": "spend", "before": "before", "label": "Spend per user"},
            {"name": "value", "column": "spend", "denominator": "orders", "kind": "ratio"},
            {"name": "median", "column": "spend", "kind": "quantile", "quantile": 0.5},
            {"name": "capped", "column": "spend", "kind": "winsorised", "cap": 20},
            {"name": "bought", "kind": "proportion", "purpose": "guardrail", "margin": 0.5},
        ],
        segments=["country"],
        strata=["country"],
    )
    methods = {
        (row["metric"], row["method"]) for row in found.rows["experiments.readouts"] if row["is_decisive"]
    }

    assert methods == {
        ("spend", "cuped"),
        ("value", "post_stratified"),
        ("median", "quantile"),
        ("capped", "post_stratified"),
        ("bought", "post_stratified"),
    }
    assert {row["segment"] for row in found.rows["experiments.segment_effects"]} == {"DE", "US"}
    assert found.rows["experiments.diagnostics"][0]["diagnostic"] == "pre_period_aa"
    assert not found.rows["experiments.srm"][0]["is_mismatch"]
    assert found.rows["experiments.decisions"][0]["headline"].startswith("Inconclusive: Spend per user ")


def test_clusters_are_the_units_where_they_were_randomised(tmp_path: Path):
    row = first(analysed(tmp_path, table(), cluster="room", segments=["country"]), "cluster_jackknife")

    assert row["is_decisive"] is False or row["is_decisive"]
    assert (row["control_units"], row["treatment_units"]) == (20, 20)


def test_parquet_is_read_like_csv(tmp_path: Path):
    expected = analysed(tmp_path, table()).rows
    table().write_parquet(tmp_path / "users.parquet")

    assert analyze(tmp_path / "users.parquet", tmp_path / "users.yaml").rows == expected


def test_an_arm_that_the_file_lacks_is_a_reason_and_a_mismatch(tmp_path: Path):
    found = analysed(tmp_path, table().with_columns(arm=pl.lit("control")))

    assert found.rows["experiments.readouts"][0]["reason"] == "the treatment arm has no unit"
    assert found.rows["experiments.srm"][0]["is_mismatch"]
    assert found.rows["experiments.decisions"][0]["verdict"] == "Hold"


def test_without_planned_shares_the_sample_ratio_is_not_judged(tmp_path: Path):
    found = analysed(
        tmp_path, table().tail(150).with_columns(arm=pl.lit("control")), variants=["control", "treatment"]
    )

    assert found.rows["experiments.srm"][0]["reason"] == "the configuration plans no shares"
    assert not found.rows["experiments.srm"][0]["is_mismatch"]


def test_missing_values_are_left_out_and_missing_covariates_marked_and_both_are_said(tmp_path: Path):
    at = pl.int_range(pl.len())
    rows = table().with_columns(
        spend=pl.when(at >= 4).then("spend"), before=pl.when(at % 10 != 0).then("before")
    )
    found = analysed(tmp_path, rows, covariates=["before"])

    assert found.notes == (
        "spend: 4 rows without a value left out: 2 of 100 in control (2.0 %), 2 of 100 in treatment (2.0 %).",
        "before: 19 rows without a value kept; the mean stands in, and a covariate marks them.",
    )
    assert first(found, "cuped")["control_units"] == 98
    assert first(found, "cuped")["variance_reduction"] > 0.5


@pytest.mark.parametrize(
    ("lost", "config", "warned"),
    [
        (5, {}, False),
        (20, {}, True),
        (20, {"variants": ["control", "treatment", "third"]}, True),
        # The rows of two rooms of ten are alike, and two rooms may well be lost by chance.
        (20, {"cluster": "room"}, False),
        (100, {"cluster": "room"}, True),
    ],
    ids=["few", "many", "arm without units", "few clusters", "all clusters"],
)
def test_outcomes_that_are_missing_in_one_arm_are_a_warning(
    tmp_path: Path, lost: int, config: dict, *, warned: bool
):
    rows = table(800).with_columns(
        at=pl.int_range(pl.len()).over("arm"),
        room=pl.int_range(pl.len()).over("arm") // 10 * 2 + (pl.col("arm") == "treatment"),
    )
    is_lost = (pl.col("arm") == "treatment") & (pl.col("at") < lost)
    found = analysed(tmp_path, rows.with_columns(spend=pl.when(~is_lost).then("spend")), **config)

    assert found.notes[0].endswith(
        f"0 of 400 in control (0.0 %), {lost} of 400 in treatment ({lost / 4:.1f} %)."
    )
    assert any("may be biased" in note for note in found.notes) is warned


def test_rooms_that_all_lack_as_much_are_no_warning(tmp_path: Path):
    rows = table().with_columns(spend=pl.when(pl.int_range(pl.len()).over("room") > 0).then("spend"))

    assert len(analysed(tmp_path, rows, cluster="room").notes) == 1


def test_a_variant_alone_is_not_compared(tmp_path: Path):
    rows = table().with_columns(arm=pl.lit("control"), spend=pl.when(pl.col("id") != "u0").then("spend"))

    assert len(analysed(tmp_path, rows).notes) == 1


RESERVED = ("y", "k", "x1", "x2", "_row", "_arm", "row", "arm_")


def test_names_of_our_own_are_free_for_the_user(tmp_path: Path):
    """Columns that we once kept for ourselves change nothing, and are covariates like any other."""
    rows = table()
    texts = rows.with_columns(pl.lit("text").alias(name) for name in RESERVED)
    noise = np.random.default_rng(2).normal(size=rows.height)
    plain = analysed(tmp_path, rows.with_columns(noise=noise), covariates=["noise"], cluster="room").rows

    assert analysed(tmp_path, texts).rows == analysed(tmp_path, rows).rows
    for name in RESERVED:
        named = rows.with_columns(pl.Series(name, noise))
        assert analysed(tmp_path, named, covariates=[name], cluster="room").rows == plain


@pytest.mark.parametrize(
    ("seen", "paid"),
    [
        (pl.datetime(2026, 1, 1, 9), pl.datetime(2026, 1, 1, 10)),
        (pl.datetime(2026, 1, 1, 9), pl.date(2026, 1, 1)),
        (pl.date(2026, 1, 1), pl.datetime(2026, 1, 1, 9, time_zone="UTC")),
        (
            pl.datetime(2026, 1, 1, 9, time_zone="Europe/Berlin"),
            pl.datetime(2026, 1, 1, 8, time_zone="UTC"),
        ),
    ],
    ids=["times", "time and day", "day and time with zone", "two zones"],
)
def test_times_are_compared_as_they_are_meant(tmp_path: Path, seen: pl.Expr, paid: pl.Expr):
    rows = table().with_columns(seen=seen, paid=paid)
    analysed(tmp_path, rows)
    rows.write_parquet(tmp_path / "users.parquet")
    (tmp_path / "users.yaml").write_text(
        yaml.safe_dump({**BASIC, "exposed_at": "seen", "outcome_at": "paid"})
    )

    assert analyze(tmp_path / "users.parquet", tmp_path / "users.yaml").notes == ()


@pytest.mark.parametrize(
    "values",
    [pl.concat_list("before"), pl.struct("before"), pl.lit(b"\xff")],
    ids=["List", "Struct", "Binary"],
)
@pytest.mark.parametrize("field", ["variant", "covariates", "segments"])
def test_columns_of_lists_and_bytes_are_refused(tmp_path: Path, values: pl.Expr, field: str):
    table().with_columns(odd=values).write_parquet(tmp_path / "users.parquet")
    named = "odd" if field == "variant" else ["odd"]
    (tmp_path / "users.yaml").write_text(yaml.safe_dump({**BASIC, field: named}))
    with pytest.raises(AnalyticsError, match=f"column odd, which the configuration names as {field}, holds"):
        analyze(tmp_path / "users.parquet", tmp_path / "users.yaml")


MOMENTS = {
    "variants": {"A": 0.5, "B": 0.5},
    "control": "A",
    "variant": "variant",
    "metrics": [{"name": "revenue"}],
}


def moments_of(folder: Path, rows: pl.DataFrame, **config: object) -> Analysis:
    rows.write_csv(folder / "moments.csv")
    (folder / "moments.yaml").write_text(yaml.safe_dump({**MOMENTS, **config}))
    return analyze(folder / "moments.csv", folder / "moments.yaml")


def growthbook(**columns: object) -> pl.DataFrame:
    return pl.DataFrame({"variant": ["A", "B"], "metric": "revenue", "n": [3407, 3461], **columns})


def test_a_table_of_moments_gives_growthbooks_vector(tmp_path: Path):
    """GrowthBook `packages/stats/tests`: absolute .29, interval (.04538, .53462), p .02016."""
    rows = growthbook(sum=[1396.87, 2422.7], sum_squares=[52377.9767, 134698.29])
    row = first(moments_of(tmp_path, rows), "unadjusted")

    assert (row["effect"], row["effect_low"], row["effect_high"]) == pytest.approx(
        (0.29, 0.04538, 0.53462), abs=5e-6
    )


@pytest.mark.parametrize("spread", ["variance", "sd"])
def test_a_spread_may_be_a_variance_or_a_standard_deviation(tmp_path: Path, spread: str):
    rows = growthbook(mean=[0.41, 0.7], **{spread: [4.0, 4.0]})
    row = first(moments_of(tmp_path, rows), "unadjusted")

    assert row["standard_error"] == pytest.approx(
        (4.0 if spread == "sd" else 2.0) * (1 / 3407 + 1 / 3461) ** 0.5
    )


def test_moments_of_the_ledger_carry_ratios_and_covariates(tmp_path: Path):
    data = table()
    rows = []
    for arm in ("control", "treatment"):
        part = data.filter(pl.col("arm") == arm)
        values = {"y": part["spend"], "k": part["orders"], "x1": part["before"]}
        row: dict[str, object] = {"variant": arm, "metric": "value", "n": part.height}
        row |= {f"mean_{name}": column.mean() for name, column in values.items()}
        for a, b in (("y", "y"), ("y", "k"), ("y", "x1"), ("k", "k"), ("k", "x1"), ("x1", "x1")):
            row[f"cross_{a}{b}"] = float(np.cov(values[a], values[b])[0, 1] * (part.height - 1))
        rows.append(row)
    goal = {"name": "value", "column": "spend", "denominator": "orders", "kind": "ratio", "before": "before"}
    shares = {"control": 0.5, "treatment": 0.5}
    found = moments_of(tmp_path, pl.DataFrame(rows), variants=shares, control="control", metrics=[goal])
    expected = analysed(tmp_path, data, metrics=[goal])

    assert first(found, "cuped")["effect"] == pytest.approx(first(expected, "cuped")["effect"])
    assert first(found, "cuped")["standard_error"] == pytest.approx(
        first(expected, "cuped")["standard_error"]
    )


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"mean": [1.0, 2.0]}, "row 1: a spread is missing"),
        ({"sum": [None, 2.0], "sum_squares": [1.0, 1.0]}, "row 1, column sum: a number is missing"),
        ({"mean": [5.0, 2.0], "sum_squares": [1.0, 1.0]}, "column sum_squares: the squares are too small"),
        (
            {"mean": [1.0, 2.0], "sd": [1.0, 1.0], "metric": ["clicks", "clicks"]},
            "'revenue' is not there; it has clicks",
        ),
        (
            {"mean": [1.0, 2.0], "sd": [1.0, 1.0], "variant": ["A", "C"]},
            "row 2, column variant: 'C' is none of the variants; write one of A, B",
        ),
        ({"mean": [1.0, 2.0], "sd": [1.0, 1.0], "variant": ["A", "A"]}, "row 2: revenue of A stands twice"),
        ({"mean": [1.0, 2.0], "sd": [1.0, 1.0], "n": [-4, 5]}, "row 1, column n: -4 units cannot be"),
        ({"mean": [1.0, 2.0], "sd": [1.0, 1.0], "n": [4.0, 1e30]}, r"column n: 1e\+30 units cannot be"),
        ({"mean": [1.0, 2.0], "sd": [1.0, 1.0], "n": ["9", "many"]}, "row 2, column n: 'many' is no number"),
        ({"mean": [1.0, 2.0], "sd": ["a", "b"]}, "row 1, column sd: 'a' is no number"),
        ({"mean": ["1", "b"], "sd": [1.0, 1.0]}, "row 2, column mean: 'b' is no number"),
        ({"mean": [1.0, float("inf")], "sd": [1.0, 1.0]}, "row 2, column mean: inf is not finite"),
        ({"mean": [1.0, 2.0], "sd": [1.0, -1.0]}, "row 2, column sd: -1 is negative"),
        ({"mean": [1.0, 2.0], "sd": [1.0, float("nan")]}, "row 2, column sd: nan is not finite"),
        ({"mean": [1.0, 2.0], "variance": [-1.0, 1.0]}, "row 1, column variance: -1 is negative"),
        ({"mean_y": [1.0, 2.0], "cross_yy": [1.0, -1.0]}, "row 2, column cross_yy: -1 is negative"),
        ({"mean_y": ["1", "b"], "cross_yy": [1.0, 1.0]}, "row 2, column mean_y: 'b' is no number"),
        ({"mean": [1.0, 2.0], "sd": [1.0, 1.0], "metric": [7, 7]}, "'revenue' is not there; it has 7"),
        ({"mean": [1.0, 2.0], "sd": [1.0, 1.0], "variant": ["A", None]}, "column variant: the variant"),
    ],
    ids=[
        "spread", "number", "squares", "metric", "variant", "twice", "units", "many units", "text in n",
        "text in sd", "text in mean", "infinite mean", "negative sd", "no number as sd", "negative variance",
        "negative cross", "text in mean_y", "numeric metric", "no variant",
    ],
)  # fmt: skip
def test_a_mistake_in_moments_is_one_sentence(tmp_path: Path, columns: dict, said: str):
    with pytest.raises(AnalyticsError, match=said):
        moments_of(tmp_path, growthbook(**columns))


@pytest.mark.parametrize(
    ("rows", "config", "said"),
    [
        (table(), {"metrics": [{"name": "spent"}]}, r"no column 'spent', .* metrics\[0\].column; did you mean 'spend'"),  # noqa: E501
        (table(), {"covariates": ["age"]}, "no column 'age', which the configuration names as covariates; it has id"),  # noqa: E501
        (table(), {"variants": ["control", "b"]}, "row 2, column arm: 'treatment' is none of the variants control, b"),  # noqa: E501
        (
            pl.concat([table(), table().head(1)]),
            {},
            "rows 1 and 201, column id: unit 'u0' stands twice; add its rows up to one",
        ),
        (
            table().with_columns(id=pl.when(pl.col("id") == "u1").then(pl.lit("u0")).otherwise("id")),
            {},
            "rows 1 and 2, column id: unit 'u0' is in two variants, control and treatment",
        ),
        (table().with_columns(room=1), {"cluster": "room"}, "row 1, column room: 1 has units in several variants"),  # noqa: E501
        (table().with_columns(spend=pl.lit("much")), {}, "row 1, column spend: 'much' is no number"),
        (table(), {"metrics": [{"name": "orders", "kind": "proportion"}]}, "a proportion holds 0 and 1 only"),
        (table().with_columns(spend=pl.lit(float("inf"))), {}, "row 1, column spend: inf is not finite"),
        (table().with_columns(before=pl.lit(float("inf"))), {"covariates": ["before"]}, "row 1, column before: inf is not finite"),  # noqa: E501
        (table().with_columns(before=pl.lit("old")), {"covariates": ["before"]}, "row 1, column before: 'old' is no number"),  # noqa: E501
        (
            table().with_columns(id=pl.when(pl.int_range(pl.len()) > 1).then("id")),
            {},
            r"row 1, column id: the unit is missing \(2 rows in all\); fill it in",
        ),
        (
            table().with_columns(room=pl.when(pl.int_range(pl.len()) != 3).then("room")),
            {"cluster": "room"},
            r"row 4, column room: the cluster is missing \(1 row in all\)",
        ),
        (
            table().with_columns(room=pl.when(pl.int_range(pl.len()) > 1).then("room")),
            {"cluster": "room"},
            r"row 1, column room: the cluster is missing \(2 rows in all\)",
        ),
        (
            table().with_columns(seen=pl.lit("2026-01-02T09:00:00Z"), paid=pl.lit("2026-01-02T10:00:00")),
            {"exposed_at": "seen", "outcome_at": "paid"},
            "column seen has a time zone and column paid has none; write both in one way",
        ),
        (
            table().with_columns(seen=pl.lit("09:00:00"), paid=pl.lit("2026-01-02T10:00:00")),
            {"exposed_at": "seen", "outcome_at": "paid"},
            "column seen holds no times with their dates; write them as",
        ),
        (
            table().with_columns(seen=pl.date(2026, 1, 2), paid=pl.date(2026, 1, 1)),
            {"exposed_at": "seen", "outcome_at": "paid"},
            r"row 1: paid 2026-01-01 lies before seen 2026-01-02 \(200 rows in all\)",
        ),
        (table(), {"exposed_at": "id", "outcome_at": "arm"}, "column id holds no times"),
        (table().head(0), {}, "holds no row"),
    ],
    ids=[
        "unknown metric", "unknown covariate", "unknown variant", "unit twice", "unit in two variants",
        "cluster in two variants", "text", "proportion", "infinite", "infinite covariate",
        "text covariate", "no unit", "no cluster in one arm", "no cluster in both", "one time zone",
        "times of day", "outcome before exposure", "no times", "empty",
    ],
)  # fmt: skip
def test_a_mistake_in_a_table_is_one_sentence_with_row_and_column(
    tmp_path: Path, rows: pl.DataFrame, config: dict, said: str
):
    with pytest.raises(AnalyticsError, match=said):
        analysed(tmp_path, rows, **config)


@pytest.mark.parametrize(
    ("name", "said"),
    [("users.txt", "end the file's name with one of .csv, .parquet"), ("none.csv", "no such file")],
)
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, name: str, said: str):
    (tmp_path / "users.yaml").write_text(yaml.safe_dump(BASIC))
    with pytest.raises(AnalyticsError, match=said):
        analyze(tmp_path / name, tmp_path / "users.yaml")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"id,arm,spend\n1,control,2\n2,caf\xe9,3\n", "line 3 is not UTF-8 text; save the file as CSV"),
        (b"id,arm,spend\n1,control,2\n2,control,3,5\n", "line 3 has 4 fields where the header has 3"),
        (b"", "holds no row"),
    ],
    ids=["encoding", "fields", "empty"],
)  # fmt: skip
def test_a_csv_that_cannot_be_read_says_where_and_what_to_do(tmp_path: Path, content: bytes, said: str):
    (tmp_path / "users.yaml").write_text(yaml.safe_dump(BASIC))
    (tmp_path / "users.csv").write_bytes(content)
    with pytest.raises(AnalyticsError, match=rf"users.csv .*{said}"):
        analyze(tmp_path / "users.csv", tmp_path / "users.yaml")


def test_bytes_that_are_no_parquet_are_one_sentence(tmp_path: Path):
    (tmp_path / "users.yaml").write_text(yaml.safe_dump(BASIC))
    (tmp_path / "users.parquet").write_bytes(b"not parquet")
    with pytest.raises(AnalyticsError, match=r"users.parquet cannot be read"):
        analyze(tmp_path / "users.parquet", tmp_path / "users.yaml")
