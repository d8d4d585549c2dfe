"""The assets of `behaviour`: every model of the package, under its name."""

import dagster as dg

from analytics_platform import behaviour as package
from analytics_platform.defs.behaviour import behaviour
from analytics_platform.defs.resources import resources

AFTER = {"behaviour.lifecycle_daily": ("behaviour.kpi_daily",)}
"""Tables that only a check compares with."""


def test_every_model_of_the_package_is_an_asset() -> None:
    graph = dg.Definitions.merge(behaviour(), resources()).resolve_asset_graph()
    built = {key.to_user_string().replace("/", ".") for key in graph.materializable_asset_keys}
    assert built == set(package.MODELS)


def test_dependencies_are_the_tables_that_the_sql_reads() -> None:
    graph = dg.Definitions.merge(behaviour(), resources()).resolve_asset_graph()
    for name, model in package.MODELS.items():
        parents = graph.get(dg.AssetKey(name.split("."))).parent_keys
        assert {".".join(key.path) for key in parents} == {*model.inputs, *AFTER.get(name, ())}
