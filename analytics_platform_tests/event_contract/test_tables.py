"""The raw tables: what every contract promises, and each rule of the events proved by a planted row."""

from datetime import UTC, date, datetime

import polars as pl
import pytest

from analytics_platform.event_contract import CONTRACTS, EVENTS, Column, Contract, Kind

COLUMNS = [(contract, column) for contract in CONTRACTS.values() for column in contract.columns]
LISTED = [(contract, column) for contract, column in COLUMNS if column.allowed]
VALUES: dict[Kind, object] = {
    Kind.BIGINT: 1,
    Kind.DOUBLE: 1.0,
    Kind.TEXT: "x",
    Kind.BOOLEAN: True,
    Kind.DATE: date(2025, 9, 1),
    Kind.TIMESTAMP: datetime(2025, 9, 1, tzinfo=UTC),
}


def name_of(pair: tuple[Contract, Column]) -> str:
    return f"{pair[0].table}.{pair[1].name}"


def row(contract: Contract, **changes: object) -> pl.LazyFrame:
    """A row that keeps the contract, with changes."""
    good = {c.name: c.allowed[0] if c.allowed else VALUES[c.kind] for c in contract.columns}
    return pl.DataFrame([{**good, **changes}], contract.polars_schema()).lazy()


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=list(CONTRACTS))
def test_a_plain_row_keeps_its_contract(contract: Contract):
    assert contract.violations(row(contract)) == {}


@pytest.mark.parametrize(("contract", "column"), COLUMNS, ids=map(name_of, COLUMNS))
def test_a_missing_value_is_found_where_the_column_may_not_be_null(contract: Contract, column: Column):
    found = contract.violations(row(contract, **{column.name: None}))

    assert found == ({} if column.nullable else {f"missing {column.name}": 1})


@pytest.mark.parametrize(("contract", "column"), LISTED, ids=map(name_of, LISTED))
def test_an_unknown_value_is_found_where_values_are_listed(contract: Contract, column: Column):
    found = contract.violations(row(contract, **{column.name: "no such value"}))

    assert found == {f"unknown {column.name}": 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"llm_rating": 0}, "llm_rating below 1"),
        ({"llm_rating": 6}, "llm_rating above 5"),
        ({"engagement_seconds": -1.0}, "engagement_seconds below 0"),
        ({"engagement_seconds": 86_401.0}, "engagement_seconds above 86400"),
        ({"engagement_seconds": float("nan")}, "engagement_seconds is not a finite number"),
    ],
)
def test_an_event_out_of_range_is_found(change: dict[str, object], reason: str):
    assert EVENTS.violations(row(EVENTS, **change))[reason] == 1


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=list(CONTRACTS))
def test_keys_are_columns_that_are_never_null(contract: Contract):
    columns = {column.name: column for column in contract.columns}

    assert contract.table.startswith("raw.")
    assert contract.key
    assert [name for name in contract.key if columns[name].nullable] == []


@pytest.mark.parametrize(("contract", "column"), COLUMNS, ids=map(name_of, COLUMNS))
def test_every_column_is_described_in_a_sentence(contract: Contract, column: Column):
    assert column.description.endswith("."), f"{contract.table}.{column.name}"
    assert column.name == column.name.lower()


@pytest.mark.parametrize(("contract", "column"), COLUMNS, ids=map(name_of, COLUMNS))
def test_instants_and_seconds_say_their_unit(contract: Contract, column: Column):
    if column.kind is Kind.TIMESTAMP:
        assert column.unit == "UTC", f"{contract.table}.{column.name}"
    if column.name.endswith("_seconds"):
        assert column.unit == "s"


def test_a_daily_table_ends_with_its_partition():
    daily = [contract for contract in CONTRACTS.values() if contract.is_daily]

    assert {contract.columns[-1].name for contract in daily} == {"event_date"}
    assert {contract.table for contract in CONTRACTS.values()} - {contract.table for contract in daily} == {
        "raw.quarantine",
        "raw.ingested_files",
    }
