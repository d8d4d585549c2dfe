"""The lock against the project file."""

import pytest

from tools.check_lock import ROOT, complaints

PROJECT = """
[project]
dependencies = ["polars>=2.1,<3", "typing_extensions"]
[dependency-groups]
dev = ["ruff>=0.14"]
"""
LOCK = """\
# made by a tool
numpy==2.4.6 ; python_full_version < '3.12'
numpy==2.5.5 ; python_full_version >= '3.12'
polars==2.1.0
ruff==0.17.6
typing-extensions==4.16.0
"""


def test_the_lock_holds_what_the_project_asks_for():
    assert (
        list(complaints((ROOT / "pyproject.toml").read_text(), (ROOT / "requirements.lock").read_text()))
        == []
    )


def test_a_lock_that_fits_has_no_complaints():
    assert list(complaints(PROJECT, LOCK)) == []


@pytest.mark.parametrize(
    ("project", "lock", "sentence"),
    [
        (PROJECT, LOCK.replace("polars==2.1.0\n", ""), "polars is not in the lock"),
        (PROJECT, LOCK.replace("ruff==0.17.6\n", ""), "ruff is not in the lock"),
        (
            PROJECT,
            LOCK.replace("polars==2.1.0", "polars==3.0.0"),
            "polars<3,>=2.1 is asked for, 3.0.0 is pinned",
        ),
        (PROJECT.replace("0.14", "0.18"), LOCK, "ruff>=0.18 is asked for, 0.17.6 is pinned"),
        (
            PROJECT,
            LOCK.replace("polars==2.1.0", "polars>=2.1.0"),
            "polars>=2.1.0 is not pinned to one version",
        ),
    ],
)
def test_a_disagreement_is_found(project: str, lock: str, sentence: str):
    assert sentence in list(complaints(project, lock))
