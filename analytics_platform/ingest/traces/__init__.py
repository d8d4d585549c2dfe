"""Traces of a language model and human ratings: exports of other tools, and tables, as contract rows.

Belongs here: what a trace format calls things, the calls and ratings that its records give, and how they
enter the lake. Does not: quality scores and what else is computed from them (`llm_quality`).
"""

from analytics_platform.ingest.traces.ingestion import ingest_traces
from analytics_platform.ingest.traces.mapping import TRACE_FORMATS, TraceFormat, TraceMapping
from analytics_platform.ingest.traces.mapping_file import default_mapping, trace_mapping

__all__ = [
    "TRACE_FORMATS",
    "TraceFormat",
    "TraceMapping",
    "default_mapping",
    "ingest_traces",
    "trace_mapping",
]
