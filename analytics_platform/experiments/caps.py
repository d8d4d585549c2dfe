"""Caps of winsorised metrics, frozen before the experiment begins: no treatment can move them."""

from pathlib import Path

from analytics_platform.lakehouse import Model

CAPS = Model.load(Path(__file__).with_suffix(".sql"))
