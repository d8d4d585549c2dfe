"""Causal inference where nothing was randomised, or where the randomised thing is not the one in question.

Belongs here: estimators on plain arrays, one row a unit, and the diagnostics that say how far to believe
them. Does not: tables, features of the product, the choice of covariates (`experiments.causal`).
"""
