"""Proof that methods and analyses are right: certificates by simulation, recovery of planted truth.

Belongs here: what is judged against a known truth. Does not: methods (`stats`), analyses (`experiments`);
nothing that analyses may read.
"""

from pathlib import Path

from analytics_platform.lakehouse import Check, load_checks

CHECKS: tuple[Check, ...] = load_checks(Path(__file__).with_name("checks"))

__all__ = ["CHECKS"]
