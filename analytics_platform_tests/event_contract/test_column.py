"""Columns and contracts: schemas and row rules that follow from frozen data."""

from collections.abc import Mapping

import polars as pl
import pyarrow as pa
import pytest

from analytics_platform.event_contract import Column, Contract, Kind

CONTRACT = Contract(
    table="raw.visits",
    description="One row per visit.",
    key=("visit_id",),
    columns=(
        Column("visit_id", Kind.BIGINT, "The visit."),
        Column("page", Kind.TEXT, "Page seen.", nullable=True, allowed=("home", "quiz")),
        Column("seconds", Kind.DOUBLE, "Time on it.", unit="s", minimum=0, maximum=60),
        Column("event_date", Kind.DATE, "Day."),
    ),
)
GOOD = {"visit_id": 1, "page": "home", "seconds": 5.0, "event_date": "2025-09-01"}


def visits(*changes: Mapping[str, object]) -> pl.LazyFrame:
    """One row a change of the good row."""
    rows = [{**GOOD, **change} for change in changes]
    text = pl.DataFrame(
        rows, {"visit_id": pl.Int64, "page": pl.String, "seconds": pl.Float64, "event_date": pl.String}
    )
    return text.lazy().with_columns(pl.col("event_date").str.to_date())


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"visit_id": None}, "missing visit_id"),
        ({"page": "shop"}, "unknown page"),
        ({"seconds": None}, "missing seconds"),
        ({"seconds": float("nan")}, "seconds is not a finite number"),
        ({"seconds": float("inf")}, "seconds is not a finite number"),
        ({"seconds": -0.5}, "seconds below 0"),
        ({"seconds": 60.5}, "seconds above 60"),
        ({"event_date": None}, "missing event_date"),
    ],
)
def test_a_planted_row_breaks_the_rule_that_is_there_for_it(change: dict[str, object], reason: str):
    frame = visits({}, change)

    assert frame.select(CONTRACT.first_violation()).collect()["reason"].to_list() == [None, reason]
    assert CONTRACT.violations(frame)[reason] == 1


@pytest.mark.parametrize("change", [{"page": None}, {"seconds": 0.0}, {"seconds": 60.0}, {"page": "quiz"}])
def test_a_row_within_the_bounds_breaks_no_rule(change: dict[str, object]):
    assert CONTRACT.violations(visits(change)) == {}


def test_a_row_that_breaks_several_rules_is_given_the_first_reason():
    frame = visits({"visit_id": None, "page": "shop", "seconds": -1.0})

    assert frame.select(CONTRACT.first_violation()).collect()["reason"].to_list() == ["missing visit_id"]
    assert CONTRACT.violations(frame) == {"missing visit_id": 1, "unknown page": 1, "seconds below 0": 1}


def test_violations_of_a_frame_without_rows_are_none():
    assert CONTRACT.violations(visits()) == {}


def test_the_stored_schema_carries_types_and_descriptions():
    schema = CONTRACT.arrow_schema()

    assert schema.types == [pa.int64(), pa.string(), pa.float64(), pa.date32()]
    assert schema.field("page").metadata == {b"comment": b"Page seen."}


@pytest.mark.parametrize("kind", list(Kind))
def test_both_libraries_store_a_kind_alike(kind: Kind):
    frame = pl.DataFrame({"x": []}, {"x": kind.polars})

    stored = frame.to_arrow().schema.field("x").type
    assert stored == (pa.large_string() if kind is Kind.TEXT else kind.arrow)


def test_a_contract_with_an_event_date_is_daily():
    assert CONTRACT.is_daily
    assert not Contract("raw.files", "One row per file.", ("file",), CONTRACT.columns[:1]).is_daily


def test_names_are_in_storage_order():
    assert CONTRACT.names == ["visit_id", "page", "seconds", "event_date"]
    assert list(CONTRACT.polars_schema()) == CONTRACT.names
