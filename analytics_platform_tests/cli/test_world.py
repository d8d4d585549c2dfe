"""`world`."""

from pathlib import Path

import yaml

from analytics_platform_tests.cli.conftest import Command


def test_the_world_is_described_with_and_without_the_option(analytics: Command):
    described = analytics("world", "--describe").out

    assert described.startswith("# The simulated world")
    assert analytics("world").out == described


def test_the_example_is_a_world_that_can_be_used(analytics: Command, tmp_path: Path):
    example = analytics("world", "--example").out
    (tmp_path / "my_world.yaml").write_text(example)

    assert "population" in yaml.safe_load(example)
    assert analytics("world", "--world", "my_world.yaml").out == analytics("world").out


def test_a_wrong_parameter_is_one_sentence_with_its_path(analytics: Command, tmp_path: Path):
    (tmp_path / "my_world.yaml").write_text("population: {teacher_share: 7}\n")

    printed = analytics("world", "--world", "my_world.yaml")

    assert (printed.code, printed.out) == (1, "")
    assert "my_world.yaml: parameter population.teacher_share" in printed.err
