"""Texts of the simulated product: school notes and a language model's answers, with errors planted.

Belongs here: the fact base, its wording, and what goes wrong. Does not: which interaction gets which text.
"""

from analytics_platform.simulation.text.library import (
    FEATURES,
    FORMAT_FAILURE,
    HARMLESS,
    LEAST_SIZE,
    REFUSAL,
    Kind,
    library,
    text_ids,
    write_text,
)

__all__ = [
    "FEATURES",
    "FORMAT_FAILURE",
    "HARMLESS",
    "LEAST_SIZE",
    "REFUSAL",
    "Kind",
    "library",
    "text_ids",
    "write_text",
]
