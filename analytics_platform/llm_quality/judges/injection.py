"""Texts that talk to the judge instead of to a reader.

A list of known phrasings, so a floor and no proof: what it finds is marked, and nothing is trusted because it
found nothing. Known failures: other languages, spelling tricks, and lessons about prompts (marked wrongly).
"""

import re
import unicodedata

from analytics_platform.llm_quality.signals.safety import is_injection_suspected

_ORDER = r"(?:ignore|disregard|forget|override|bypass|skip)"
_VERDICT = r"(?:score|grade|rating|verdict|mark|probability|unsupported|helpful|acceptable)"
_DICTATE = r"(?:give|set|assign|return|output|answer with|respond with|reply with|report)"
_VALUE = r"(?:\d|one\b|zero\b|five\b|highest|maximum|perfect|full\b)"

PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        rf"\b{_ORDER}\b[^.!?\n]{{0,40}}\b(?:instruction|prompt|rule|rubric|guideline|direction|criteri)",
        rf"\b{_ORDER}\b[^.!?\n]{{0,20}}\b(?:everything|all|anything)\b[^.!?\n]{{0,20}}\b(?:above|before|previous|prior)",
        r"\b(?:system|developer)\s+(?:prompt|message|instruction)",
        r"\byou are (?:now|no longer)\b|\bfrom now on,? you\b|\bnew instructions?\s*:",
        r"\b(?:note|message|instructions?|attention|dear)\b[^.!?\n]{0,15}\b(?:judge|grader|evaluator|assessor)\b",
        r"\bas (?:the|a|an) (?:judge|grader|evaluator|assessor)\b[^.!?\n]{0,20}\byou\b",
        rf"\b{_DICTATE}\b[^.!?\n]{{0,40}}\b{_VERDICT}\b[^.!?\n]{{0,20}}{_VALUE}",
        rf"[\"']{_VERDICT}[\"']\s*:",
        r"<\|[^|>\n]{1,40}\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant|tool_call)>",
        r"^\s*(?:#+\s*)?(?:system|assistant)\s*:",
        r"^(?:[^\w\n]|_)*(?:begin|end)\s+(?:source|answer)\b",
    )
)
"""Orders to drop instructions, dictated verdicts, and marks of chat formats or of our own prompt."""


def is_suspected(*texts: str | None) -> bool:
    """Whether any of the texts seems to instruct its reader, be that the judge or the assistant before it."""
    plain = [_plain(text) for text in texts if text]
    return any(
        is_injection_suspected(text) or any(pattern.search(text) for pattern in PATTERNS) for text in plain
    )


def _plain(text: str) -> str:
    """Text in compatible letters and without invisible ones, which hide a word from a pattern."""
    if text.isascii():
        return text
    letters = unicodedata.normalize("NFKC", text)
    return "".join(letter for letter in letters if unicodedata.category(letter) != "Cf")
