import gzip
import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from analytics_platform.errors import AnalyticsError
from analytics_platform.ingest.sources import PREFIX, ROW, Source, find_files, readable, surplus_rows
from analytics_platform_tests.ingest.small_files import opened, write_text

GOOD = {
    "a.csv": "u,t\nann,1\nbob,2\n",
    "a.csv.gz": "u,t\nann,1\nbob,2\n",
    "a.jsonl": '{"u": "ann", "t": 1}\n{"u": "bob", "t": 2}\n',
    "a.ndjson.gz": '{"u": "ann", "t": 1}\n{"u": "bob", "t": 2}\n',
}


def texts(source: Source, *columns: str) -> list[tuple[object, ...]]:
    rows = source.rows().select(ROW, *(source.value(c).cast(pl.String).alias(c) for c in columns))
    return rows.collect().rows()


@pytest.mark.parametrize("name", GOOD)
def test_rows_of_texts_are_numbered_from_one(tmp_path: Path, name: str):
    source = opened(write_text(tmp_path / name, GOOD[name]))
    assert texts(source, "u", "t") == [(1, "ann", "1"), (2, "bob", "2")]
    assert list(source.schema) == ["u", "t"]


def test_rows_of_parquet_are_numbered_from_one(tmp_path: Path):
    pl.DataFrame({"u": ["ann", "bob"], "row_number": [7, 8]}).write_parquet(tmp_path / "a.parquet")
    assert texts(opened(tmp_path / "a.parquet"), "u", "row_number") == [(1, "ann", "7"), (2, "bob", "8")]


def test_nested_fields_are_columns(tmp_path: Path):
    line = '{"actor": {"id": "ann", "home page": {"x": 1}}}\n'
    lines = opened(write_text(tmp_path / "a.jsonl", line))
    assert texts(lines, "actor.id", "actor.home page.x") == [(1, "ann", "1")]
    pl.DataFrame({"actor": [{"id": "ann", "deep": {"x": 1}}]}).write_parquet(tmp_path / "a.parquet")
    nested = opened(tmp_path / "a.parquet")
    assert texts(nested, "actor.id", "actor.deep.x") == [(1, "ann", "1")]
    assert nested.has("actor.deep.x")
    assert not nested.has("actor.deep.y")


def test_a_byte_order_mark_and_windows_line_ends_are_no_part_of_the_rows(tmp_path: Path):
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfu,t\r\nann,1\r\n")
    (tmp_path / "a.jsonl").write_bytes(b'\xef\xbb\xbf{"u": "ann", "t": 1}\r\n')
    for name in ("a.csv", "a.jsonl"):
        assert texts(opened(tmp_path / name), "u", "t") == [(1, "ann", "1")]


def test_lines_that_are_no_objects_are_faults_and_blank_ones_are_blank(tmp_path: Path):
    source = opened(write_text(tmp_path / "a.jsonl", '{"u": 1}\n[1]\n\nnot json\n{"u": 2\n  \n'))
    frame = source.rows().select(source.fault.alias("fault"), source.is_blank.alias("blank")).collect()
    fault = "not a JSON object"
    assert frame.rows() == [
        (None, False),
        (fault, False),
        (None, True),
        (fault, False),
        (fault, False),
        (None, True),
    ]


def test_csv_rows_wider_than_the_header_are_found_with_all_their_fields(tmp_path: Path):
    text = 'u,t\nann,1\nbob,2,x,y\n"c,\nc",3\ndan\n\neve,4,z\n'
    for name in ("a.csv", "a.csv.gz"):
        source = opened(write_text(tmp_path / name, text))
        assert surplus_rows(source) == {2: ["bob", "2", "x", "y"], 6: ["eve", "4", "z"]}


def test_originals_are_the_rows_as_json(tmp_path: Path):
    csv = opened(write_text(tmp_path / "a.csv", 'u,t\nann,\n"b""o,b",2\ncy,3\n'))
    assert [json.loads(text) for text in csv.originals(pl.Series([1, 2]))] == [
        {"u": "ann", "t": None},
        {"u": 'b"o,b', "t": "2"},
    ]
    lines = opened(write_text(tmp_path / "a.jsonl", '{"u":  1, "é": [1]}\nnot "json"\n'))
    assert lines.originals(pl.Series([1, 2])).to_list() == ['{"u":  1, "é": [1]}', '"not \\"json\\""']


def test_originals_of_any_parquet_type_are_json(tmp_path: Path):
    frame = pl.DataFrame(
        {
            "t": [datetime.fromisoformat("2024-05-01")],
            "nan": [float("nan")],
            "bytes": [b"\xff"],
            "decimal": [Decimal("1.50")],
            "list": [[1, None]],
            "struct": [{"a": 1}],
        }
    )
    frame.write_parquet(tmp_path / "a.parquet")
    (text,) = opened(tmp_path / "a.parquet").originals(pl.Series([1]))
    assert json.loads(text) == {
        "t": "2024-05-01 00:00:00",
        "nan": "nan",
        "bytes": "b'\\xff'",
        "decimal": "1.50",
        "list": [1, None],
        "struct": {"a": 1},
    }


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("empty.csv", b"", "is empty"),
        ("empty.parquet", b"", "is empty"),
        ("junk.parquet", b"junk" * 100, "cannot be read: parquet"),
        ("junk.csv", bytes(range(256)), "holds binary data, not csv"),
        ("junk.jsonl", bytes(range(1, 256)), "cannot be read"),
        ("latin.csv", "u,t\ncafé,1\n".encode("latin-1") * 200, "cannot be read: invalid utf-8"),
        ("wide.csv", "u,t\n".encode("utf-16"), "is UTF-16 text: save it as UTF-8"),
        ("cut.csv.gz", gzip.compress(b"u,t\nann,1\n" * 9999, mtime=0)[:60], "cannot be read"),
        ("cut.jsonl.gz", gzip.compress(b'{"u": 1}\n' * 9999, mtime=0)[:60], "cannot be read"),
        ("plain.jsonl", b"u,t\nann,1\n", "holds no JSON objects"),
    ],
)
def test_a_broken_file_is_one_sentence_that_names_it(
    tmp_path: Path, name: str, content: bytes, sentence: str
):
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(AnalyticsError) as refused, readable(file):
        opened(file).rows().collect()
    message = str(refused.value)
    assert sentence in message
    assert str(file) in message
    assert message.endswith("nothing was ingested.")
    assert "\n" not in message


def test_a_truncated_parquet_file_is_refused(tmp_path: Path):
    pl.DataFrame({"u": range(100_000)}).write_parquet(tmp_path / "a.parquet")
    cut = tmp_path / "cut.parquet"
    cut.write_bytes((tmp_path / "a.parquet").read_bytes()[:50_000])
    with pytest.raises(AnalyticsError, match=r"cut\.parquet cannot be read"):
        opened(cut)


def test_equal_content_has_an_equal_hash(tmp_path: Path):
    first, second = (write_text(tmp_path / name, "u\n1\n") for name in ("a.csv", "b.csv"))
    assert opened(first).sha256 == opened(second).sha256
    assert opened(write_text(tmp_path / "c.csv", "u\n2\n")).sha256 != opened(first).sha256


def test_files_are_found_by_name_folder_and_glob(tmp_path: Path):
    names = ["b/2.csv", "b/1.jsonl", "b/deep/3.parquet", "b/readme.txt", "c.csv"]
    for name in names:
        write_text(tmp_path / name, "x")
    found = [str(file.relative_to(tmp_path)) for file in find_files(str(tmp_path / "b"))]
    assert found == ["b/1.jsonl", "b/2.csv", "b/deep/3.parquet"]
    assert [file.name for file in find_files(f"{tmp_path}/**/*.csv")] == ["2.csv", "c.csv"]
    assert [file.name for file in find_files(str(tmp_path / "c.csv"))] == ["c.csv"]


def test_no_file_and_unknown_formats_are_refused(tmp_path: Path):
    write_text(tmp_path / "readme.txt", "x")
    for path in (tmp_path, tmp_path / "absent.csv", tmp_path / "*.parquet"):
        with pytest.raises(AnalyticsError, match=r"No log file at .*: give a file, a folder or a glob"):
            find_files(str(path))
    with pytest.raises(AnalyticsError, match=r"readme\.txt has an unknown format"):
        find_files(str(tmp_path / "readme.txt"))


def test_our_names_do_not_collide_with_those_of_the_log(tmp_path: Path):
    source = opened(write_text(tmp_path / "a.csv", "row_number,user_id,reason\n5,6,7\n"))
    assert texts(source, "row_number", "user_id", "reason") == [(1, "5", "6", "7")]
    assert all(name.startswith(PREFIX) for name in source.rows().drop(ROW).collect_schema())
