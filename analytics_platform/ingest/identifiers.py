"""Identifiers as 63-bit integers: numbers stay themselves, other texts and whole events are hashed.

The hashes are part of what a lake holds: changing them would make every file look new.
"""

import hashlib
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import polars as pl

Words = npt.NDArray[np.uint64]

STEP = np.uint64(0x9E3779B97F4A7C15)
ABSENT = np.uint64(0xD6E8FEB86659FD93)
FIRST = np.uint64(0xBF58476D1CE4E5B9)
SECOND = np.uint64(0x94D049BB133111EB)


def identifiers(text: pl.Expr) -> pl.Expr:
    """Int64 identifiers of texts: `17` is 17, any other text its BLAKE2b hash; null stays null."""
    return text.map_batches(_identifiers, return_dtype=pl.Int64, is_elementwise=True)


def _identifiers(text: pl.Series) -> pl.Series:
    numbers = text.cast(pl.Int64, strict=False)
    is_number = numbers.cast(pl.String) == text
    others = text.filter(~is_number.fill_null(value=False)).drop_nulls().unique()
    if others.is_empty():
        return numbers
    hashes = pl.Series([hash_text(other) for other in others], dtype=pl.Int64)
    hashed = text.replace_strict(others, hashes, default=None, return_dtype=pl.Int64)
    frame = pl.DataFrame({"number": numbers, "hash": hashed, "is_number": is_number})
    return frame.select(pl.when("is_number").then("number").otherwise("hash")).to_series()


def hash_text(text: str) -> int:
    """A text's BLAKE2b hash, 63 bits."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big") >> 1


def fingerprints(frame: pl.DataFrame, columns: Iterable[str]) -> pl.Series:
    """A 64-bit hash (UInt64) of each row over these columns, in this order.

    Texts enter by their BLAKE2b hash, numbers and instants by value; a chain of SplitMix64 finalisers
    joins them, so that ten million rows take seconds. Null differs from every value.
    """
    state = np.zeros(frame.height, dtype=np.uint64)
    for name in columns:
        state = mix(state, _words(frame[name]))
    return pl.Series("fingerprint", state)


def mix(state: Words, value: Words) -> Words:
    """Fold a value into a hash: SplitMix64's finaliser over state + odd constant, xor value."""
    mixed = (state + STEP) ^ value
    mixed = (mixed ^ (mixed >> np.uint64(30))) * FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * SECOND
    return mixed ^ (mixed >> np.uint64(31))


def _words(series: pl.Series) -> Words:
    if series.dtype == pl.String:
        distinct = series.drop_nulls().unique()
        hashes = pl.Series([hash_text(text) for text in distinct], dtype=pl.Int64)
        series = series.replace_strict(distinct, hashes, default=None, return_dtype=pl.Int64)
    elif series.dtype == pl.Float64:
        series = (series * 64).round().cast(pl.Int64)
    values = series.to_physical().cast(pl.Int64)
    words = values.fill_null(0).to_numpy().astype(np.uint64)
    return np.where(values.is_null().to_numpy(), ABSENT, words)
