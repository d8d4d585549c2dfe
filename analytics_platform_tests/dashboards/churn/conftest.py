"""A lake with KPIs and every table of the page of users at risk; read only."""

from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from analytics_platform.churn.tables import DRIVERS, FEATURE_IMPORTANCE, MODEL_CARDS, SCORES, Row, rows_of
from analytics_platform.lakehouse import Lake, Window
from analytics_platform.validation.churn_ceiling import SCHEMA as CEILING
from analytics_platform_tests.dashboards.churn import rows
from analytics_platform_tests.dashboards.kpi_lake import write_lake

DAY = date(2026, 1, 10)


def write_churn(lake: Lake, *, with_truth: bool = True) -> None:
    """All churn tables with a few known rows."""
    scored = rows_of(rows.scores(DAY), SCORES)
    early = rows_of(rows.scores(DAY - timedelta(days=6)), SCORES)
    lake.replace_days("churn.scores", Window(DAY - timedelta(days=6), DAY), [early, scored], SCORES)
    tables: list[tuple[str, list[Row], pa.Schema]] = [
        ("churn.model_cards", rows.cards(), MODEL_CARDS),
        ("churn.feature_importance", rows.importance(), FEATURE_IMPORTANCE),
        ("churn.drivers", rows.drivers(), DRIVERS),
    ]
    if with_truth:
        tables.append(("validation.churn_ceiling", rows.ceiling(), CEILING))
    for table, own, schema in tables:
        lake.replace(table, [rows_of(own, schema)], schema)


@pytest.fixture(scope="session")
def churn_lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lake = Lake(tmp_path_factory.mktemp("at_risk") / "lake")
    write_lake(lake)
    write_churn(lake)
    return lake.root
