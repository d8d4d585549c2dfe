"""Judges: what reads a source and an answer and gives a verdict on a criterion, and what that costs.

Belongs here: the interface, its implementations, their rubrics, prices, cache and budget. Does not: which
interactions are judged (`llm_quality/judgements.py`), and how far a judge may be believed (calibration).
"""
