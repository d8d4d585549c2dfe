"""Users' totals as they change: the query that the ledger, the histograms and unit rows share."""

from pathlib import Path

from sqlglot import exp

from analytics_platform.lakehouse import Model
from analytics_platform.lakehouse.model import DIALECT, parse

RUNNING_TOTALS = Path(__file__).with_suffix(".sql").read_text()


def with_running_totals(model: Model) -> Model:
    """The model with the table `running_totals`, which its SELECT names, defined before its own parts."""
    tree = model.tree.copy()
    assert isinstance(tree, exp.Select)
    own = tree.ctes
    tree.set("with_", None)
    tree = tree.with_("running_totals", parse(RUNNING_TOTALS, "running_totals"), copy=False)
    for part in own:
        tree = tree.with_(part.alias, part.this, copy=False)
    return model.with_sql(tree.sql(DIALECT, pretty=True))
