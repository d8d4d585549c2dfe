"""Which catalogue counts."""

from pathlib import Path

from analytics_platform.experiments.catalogue_in_force import catalogue_in_force
from analytics_platform.settings import Settings


def test_a_simulated_world_brings_its_own():
    assert "homepage_aa" in catalogue_in_force(Settings(), "simulation").experiments


def test_a_log_has_none_unless_the_settings_name_one(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text("experiments: []")

    assert catalogue_in_force(Settings(), "logs").experiments == {}
    assert catalogue_in_force(Settings(experiments=tmp_path / "mine.yaml"), "simulation").experiments == {}
