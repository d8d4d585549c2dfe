"""Signals of an answer and its source, and the scores made of them: `score_texts`."""

from analytics_platform.llm_quality.signals.score import score_texts, scorer_version

__all__ = ["score_texts", "scorer_version"]
