import hashlib

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from analytics_platform.ingest.identifiers import fingerprints, hash_text, identifiers


def identified(texts: list[str | None]) -> list[int | None]:
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    return frame.select(identifiers(pl.col("text"))).to_series().to_list()


def test_numbers_stay_themselves_and_texts_are_hashed():
    texts = ["17", "0", "-3", "9223372036854775807", "017", "9223372036854775808", "ann", None, "ann"]
    assert identified(texts) == [
        17,
        0,
        -3,
        9223372036854775807,
        hash_text("017"),
        hash_text("9223372036854775808"),
        hash_text("ann"),
        None,
        hash_text("ann"),
    ]


@given(st.text())
def test_a_hash_is_63_bits_of_blake2b(text: str):
    digest = hashlib.blake2b(text.encode("utf-8", "strict"), digest_size=8).digest()
    assert hash_text(text) == int.from_bytes(digest, "big") // 2 < 2**63


@given(st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.none() | st.sampled_from("abc")), min_size=1))
def test_equal_rows_and_only_equal_rows_share_a_fingerprint(rows: list[tuple[int, str | None]]):
    frame = pl.DataFrame(rows, schema={"n": pl.Int64, "t": pl.String}, orient="row")
    prints = fingerprints(frame, ["n", "t"])
    assert prints.n_unique() == len(set(rows))


def test_a_fingerprint_is_the_same_for_ever():
    """Changed fingerprints would make every event of every lake look new."""
    frame = pl.DataFrame(
        {"n": [1, None], "t": ["quiz", None], "x": [1.25, None]},
        schema={"n": pl.Int64, "t": pl.String, "x": pl.Float64},
    )
    golden = [5323901593839627786, 13342445906851132457]
    assert fingerprints(frame, ["n", "t", "x"]).to_list() == golden
    assert hash_text("quiz") == 1424937326237200276


def test_the_order_of_columns_matters_and_null_is_no_value():
    frame = pl.DataFrame({"a": [1, 0, None], "b": [0, 1, 0]}, schema={"a": pl.Int64, "b": pl.Int64})
    assert fingerprints(frame, ["a", "b"])[0] != fingerprints(frame, ["b", "a"])[0]
    assert fingerprints(frame, ["a", "b"]).n_unique() == 3
