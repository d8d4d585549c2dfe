"""Schemas of the stored tables."""

import pytest

from analytics_platform.experiments.tables import DESCRIPTIONS, TABLES, arrow, frame
from analytics_platform.lakehouse.duckdb_engine import STORABLE


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_explained_and_can_be_stored(table: str):
    assert DESCRIPTIONS[table]
    for field in TABLES[table]:
        assert field.metadata[b"comment"]
        assert field.type in STORABLE.values()


def test_columns_that_a_row_lacks_are_null():
    assert arrow("experiments.srm", [{"experiment_id": "a"}])["p_value"].to_pylist() == [None]
    assert frame("experiments.srm", []).height == 0
