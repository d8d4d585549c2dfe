"""Texts of the simulated product."""
