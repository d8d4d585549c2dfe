"""The data dictionary of the raw tables as Markdown, written from the contract."""

from analytics_platform.event_contract.column import Column, Contract
from analytics_platform.event_contract.tables import CONTRACTS


def data_dictionary() -> str:
    """Every raw table with its columns: the text of `docs/data_dictionary.md`."""
    tables = "\n".join(_table(contract) for contract in CONTRACTS.values())
    return f"# Data dictionary of the raw tables\n\n{tables}"


def _table(contract: Contract) -> str:
    rows = "\n".join(_row(column) for column in contract.columns)
    key = ", ".join(f"`{name}`" for name in contract.key)
    return (
        f"## {contract.table}\n\n{contract.description} Key: {key}.\n\n"
        f"| column | type | unit | may be null | allowed | meaning |\n|---|---|---|---|---|---|\n{rows}\n"
    )


def _row(column: Column) -> str:
    allowed = ", ".join(f"`{value}`" for value in column.allowed) or _range(column)
    nullable = "yes" if column.nullable else "no"
    return (
        f"| {column.name} | {column.kind.value} | {column.unit} | {nullable} | {allowed} "
        f"| {column.description} |"
    )


def _range(column: Column) -> str:
    if column.minimum is None and column.maximum is None:
        return ""
    low = "" if column.minimum is None else f"{column.minimum:g}"
    high = "" if column.maximum is None else f"{column.maximum:g}"
    return f"{low} … {high}"
