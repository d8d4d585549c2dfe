"""The protocol that engines implement."""

import inspect

import pytest

from analytics_platform.lakehouse import DuckDBEngine, Engine


@pytest.mark.parametrize("method", ["run", "query", "snapshot"])
def test_the_duckdb_engine_takes_the_arguments_of_the_protocol(method: str):
    promised = inspect.signature(getattr(Engine, method)).parameters
    kept = inspect.signature(getattr(DuckDBEngine, method)).parameters

    assert [(name, given.default) for name, given in kept.items()] == [
        (name, given.default) for name, given in promised.items()
    ]
