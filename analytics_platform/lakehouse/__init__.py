"""Delta tables and the engines that run SQL models over them.

Belongs here: where tables lie, atomic window writes, pinned snapshots, models read from `.sql` files,
engines, maintenance. Does not: what any table means.
"""

from analytics_platform.lakehouse.check import Check, Finding, load_checks, uniqueness
from analytics_platform.lakehouse.duckdb_engine import DuckDBEngine
from analytics_platform.lakehouse.engine import Engine, Written
from analytics_platform.lakehouse.lake import Lake
from analytics_platform.lakehouse.model import Model, load_models
from analytics_platform.lakehouse.snapshot import Snapshot
from analytics_platform.lakehouse.window import Window

__all__ = [
    "Check",
    "DuckDBEngine",
    "Engine",
    "Finding",
    "Lake",
    "Model",
    "Snapshot",
    "Window",
    "Written",
    "load_checks",
    "load_models",
    "uniqueness",
]
