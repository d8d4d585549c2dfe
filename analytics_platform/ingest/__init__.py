"""Real event logs: files of many shapes, read by a mapping, judged by the contract, written to `raw.*`.

Belongs here: reading logs, mapping them, quarantine, the ledger of files. Does not: sessions and
anything else that is computed from raw events (`activity`).
"""

from analytics_platform.ingest.infer import infer_mapping
from analytics_platform.ingest.ingestion import Terms, ingest
from analytics_platform.ingest.mapping import Mapping
from analytics_platform.ingest.mapping_file import load_mapping, parse_mapping
from analytics_platform.ingest.summary import FileSummary, ReasonSummary, Summary

__all__ = [
    "FileSummary",
    "Mapping",
    "ReasonSummary",
    "Summary",
    "Terms",
    "infer_mapping",
    "ingest",
    "load_mapping",
    "parse_mapping",
]
