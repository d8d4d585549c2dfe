import json
from pathlib import Path

import pytest

from analytics_platform.ingest import parse_mapping
from analytics_platform_tests.cli.conftest import Command
from analytics_platform_tests.ingest.small_files import MAPPING, row, write_csv, write_text


@pytest.fixture
def log(tmp_path: Path) -> str:
    return str(write_csv(tmp_path / "log.csv", [*(row(n) for n in range(39)), row(99, user=None)]))


@pytest.fixture
def mapping(tmp_path: Path) -> str:
    return str(write_text(tmp_path / "mapping.yaml", MAPPING))


def test_a_log_is_ingested_and_summed_up(analytics: Command, log: str, mapping: str):
    printed = analytics("ingest", log, "--mapping", mapping)
    assert printed.code == 0
    assert "missing user_id" in printed.out
    assert "log.csv row 40" in printed.out
    assert "39 new events on 1 days from 2025-05-01 to 2025-05-01; 1 new users" in printed.err
    count = analytics("sql", "select count(*) as n from raw.events", "--format", "json")
    assert json.loads(count.out) == [{"n": 39}]
    again = analytics("ingest", log, "--mapping", mapping)
    assert (again.code, "skipped: ingested before" in again.out) == (0, True)
    assert "nothing changed" in again.err


def test_json_stands_alone_on_standard_output(analytics: Command, log: str, mapping: str):
    summary = json.loads(analytics("ingest", log, "-m", mapping, "--format", "json").out)
    assert (summary["outcome"], summary["rows"], summary["kept"], summary["quarantined"]) == (
        "written",
        40,
        39,
        1,
    )
    assert summary["reasons"][0]["reason"] == "missing user_id"


def test_csv_lists_the_files(analytics: Command, log: str, mapping: str):
    lines = analytics("ingest", log, "-m", mapping, "--format", "csv").out.splitlines()
    assert lines == [
        "file,rows,kept,quarantined,ignored,events,repeated,remark",
        f'{log},40,39,1,0,39,0,""',
    ]


def test_too_many_bad_rows_are_refused_with_reasons_and_a_mend(analytics: Command, log: str, mapping: str):
    refused = analytics("ingest", log, "-m", mapping, "--quarantine-threshold", "0.01")
    assert refused.code == 1
    assert "missing user_id" in refused.out
    assert (
        "1 of 40 rows (2.5%) were rejected, more than the 1.0% allowed, so nothing was written" in refused.err
    )
    assert not Path("data/lake").exists()
    assert analytics("ingest", log, "-m", mapping, "--quarantine-threshold", "0.01", "--accept").code == 0


def test_a_dry_run_writes_nothing(analytics: Command, log: str, mapping: str):
    printed = analytics("ingest", log, "-m", mapping, "--dry-run")
    assert printed.code == 0
    assert "nothing was written" in printed.err
    assert not Path("data/lake").exists()


def test_a_proposal_is_a_mapping(analytics: Command, log: str, tmp_path: Path):
    printed = analytics("ingest", log, "--infer")
    assert parse_mapping(printed.out, "proposal").user.column == "user"
    proposal = write_text(tmp_path / "proposal.yaml", printed.out)
    assert analytics("ingest", log, "-m", str(proposal)).code == 0


def test_the_log_and_the_mapping_may_be_settings(analytics: Command, log: str, mapping: str):
    assert analytics("ingest", "--log-path", log, "--log-mapping", mapping).code == 0


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((), "Name the log: analytics-platform ingest PATH --mapping FILE."),
        (
            ("log.csv",),
            "Say what the columns mean with --mapping FILE; `analytics-platform ingest log.csv --infer`",
        ),
        (("absent.csv", "-m", "mapping.yaml"), "No log file at absent.csv"),
        (("log.csv", "-m", "absent.yaml"), "The mapping absent.yaml cannot be read"),
    ],
)
def test_what_is_missing_is_said_in_one_sentence(
    analytics: Command, log: str, mapping: str, words: tuple[str, ...], sentence: str
):
    assert Path(log).exists()
    assert Path(mapping).exists()
    printed = analytics("ingest", *words)
    assert printed.code == 1
    assert printed.err.startswith(f"analytics-platform: {sentence}")
    assert printed.err.count("\n") == 1


TRACES = str(Path(__file__).parents[2] / "examples" / "traces" / "otel.json")


def test_traces_of_a_known_format_need_no_mapping(analytics: Command):
    printed = analytics("ingest", TRACES, "--format", "otel")
    assert printed.code == 0
    assert (
        "3 new interactions, 3 new events on 2 days from 2025-05-01 to 2025-05-02; 2 new users" in printed.err
    )
    again = analytics("ingest", TRACES, "--traces", "otel", "--format", "json")
    assert json.loads(again.out)["outcome"] == "unchanged"


def test_a_mapping_may_change_a_format_or_name_it(analytics: Command, tmp_path: Path):
    sections = "interactions:\n  grade_level: {column: app.grade}\n"
    changes = write_text(tmp_path / "changes.yaml", sections)
    whole = write_text(tmp_path / "whole.yaml", f"kind: traces\nformat: otel\n{sections}")
    assert analytics("ingest", TRACES, "--format", "otel", "-m", str(changes)).code == 0
    count = "select max(grade_level) as grade from raw.interactions"
    assert json.loads(analytics("sql", count, "--format", "json").out) == [{"grade": 9}]
    assert "nothing changed" in analytics("ingest", TRACES, "-m", str(whole)).err


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("--format", "otel", "--traces", "phoenix"),
            "--format says otel and --traces phoenix",
        ),
        (("--format", "otel", "-m", "events.yaml"), "it maps events, but the file holds traces of otel"),
        (("--format", "otel", "-m", "other.yaml"), "format is phoenix, but the command line says otel"),
        ((), "Traces need their format instead: --format otel, langfuse, phoenix"),
    ],
)
def test_contradictions_about_traces_are_said(
    analytics: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], message: str
):
    monkeypatch.chdir(tmp_path)
    write_text(tmp_path / "events.yaml", f"kind: events\n{MAPPING}")
    write_text(tmp_path / "other.yaml", "format: phoenix\n")
    refused = analytics("ingest", TRACES, *words)
    assert (refused.code, message in refused.err) == (1, True)
