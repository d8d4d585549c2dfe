"""Files that results are written to."""

from pathlib import Path

import pyarrow as pa
import pytest

from analytics_platform.cli.files import FORMATS, file_format, write_file
from analytics_platform.errors import AnalyticsError

ROWS = pa.table({"n": [1, 2, 3]})


@pytest.mark.parametrize(("extension", "name"), FORMATS.items())
def test_the_extension_decides_in_either_case(extension: str, name: str):
    assert file_format(Path(f"out.v2{extension}")) == name
    assert file_format(Path(f"OUT{extension.upper()}")) == name


@pytest.mark.parametrize("name", ["rows", "rows.xlsx", "rows.parquet.gz", "csv"])
def test_another_extension_is_refused_with_those_there_are(name: str):
    with pytest.raises(AnalyticsError, match=r"\.csv, \.csv\.gz"):
        file_format(Path(name))


def test_rows_written_are_counted_and_an_old_file_is_replaced(tmp_path: Path):
    file = tmp_path / "rows.csv"
    file.write_text("old")

    assert write_file(ROWS.to_reader(), file) == 3

    assert file.read_text() == "n\n1\n2\n3\n"
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_a_folder_in_the_way_is_one_sentence(tmp_path: Path):
    (tmp_path / "rows.csv").mkdir()

    with pytest.raises(AnalyticsError, match=r"rows\.csv cannot be written: Is a directory"):
        write_file(ROWS.to_reader(), tmp_path / "rows.csv")

    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]
