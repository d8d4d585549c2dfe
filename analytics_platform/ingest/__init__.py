"""Real logs and traces: files of many shapes, read by a mapping, judged by the contract, written to `raw.*`.

Belongs here: reading them, mapping them, quarantine, the ledger of files. Does not: sessions and
anything else that is computed from raw events (`activity`).
"""

from analytics_platform.ingest.infer import infer_mapping
from analytics_platform.ingest.ingestion import ingest
from analytics_platform.ingest.mapping import Mapping
from analytics_platform.ingest.mapping_file import load_mapping, parse_any_mapping, parse_mapping
from analytics_platform.ingest.summary import FileSummary, ReasonSummary, Summary
from analytics_platform.ingest.terms import Terms
from analytics_platform.ingest.traces import TRACE_FORMATS, TraceFormat, TraceMapping, default_mapping

__all__ = [
    "TRACE_FORMATS",
    "FileSummary",
    "Mapping",
    "ReasonSummary",
    "Summary",
    "Terms",
    "TraceFormat",
    "TraceMapping",
    "default_mapping",
    "infer_mapping",
    "ingest",
    "load_mapping",
    "parse_any_mapping",
    "parse_mapping",
]
