"""What an answer must not hold: personal data, insults, refusals, broken formats; and injected orders.

Personal data is told by shape and, where the number has one, by its check digit. Insults are a short list of
English words: known failures are other languages, spellings made to escape, and quotations. A trained
classifier ships only as a pickle, which would be run on loading, so none is used.

Source: ISO/IEC 7812-1 (Luhn), ISO 13616-1 (IBAN, modulo 97); Greshake et al. (2023), *AISec* (indirect prompt
injection).
"""

import re
from collections.abc import Callable, Iterable

from analytics_platform.llm_quality.signals.lexicons import INSULTS

EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){0,4}\.[A-Za-z]{2,12}\b")
CARD = re.compile(r"(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d-]|[.,]\d)")
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
SSN = re.compile(r"(?<![\d-])(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])")
FIGURES = re.compile(r"\d[\d ().-]{5,}\d")
PHONE = re.compile(
    r"(?<![\w.,/-])(?:\+\d{1,3}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{2,4}(?:[ .-]?\d{2,4}){2,3}"
    r"|\(\d{3}\) ?\d{3}[ .-]\d{4}|\d{3}[.-]\d{3}[.-]\d{4})(?![\w-])"
)
REFUSAL = re.compile(
    r"\b(?:I(?:['’]m| am) (?:sorry|unable|not able|afraid)|I (?:can['’]t|cannot|won['’]t|will not|"
    r"am not able to) (?:help|assist|provide|answer|create|generate|complete|comply|do|"
    r"summari[sz]e|write|work|fulfil|continue|discuss)|as an AI\b|as a (?:large )?language model)",
    re.IGNORECASE,
)
REFUSAL_CUES = ("sorry", "unable", "able to", "afraid", "can't", "can’t", "cannot", "won", "will not", "as a")
INJECTION = re.compile(
    r"(?:ignore|disregard|forget|override|bypass)\s+(?:\w+\s+){0,3}"
    r"(?:previous|prior|above|earlier|preceding|all|your|system)\s+(?:\w+\s+){0,2}"
    r"(?:instructions?|prompts?|rules?|messages?|directions?|guidelines?)"
    r"|\byou are now\b|\b(?:system|developer)\s*(?:prompt|message)\b|<\|?(?:system|im_start|im_end)\|?>"
    r"|\[/?INST\]|\b(?:reveal|print|show|repeat)\s+(?:\w+\s+){0,2}(?:prompt|instructions)\b|\bjailbreak"
    r"|\bDAN mode\b|\b(?:act|behave|respond)\s+as\s+(?:if\s+you|an?\s+(?:unrestricted|uncensored|evil))"
    r"|\bgrade this (?:answer|essay|work) (?:as )?(?:an? )?(?:\"?A\b|perfect|5|10)|\bnew instructions?\s*:",
    re.IGNORECASE,
)
INJECTION_CUES = (
    "ignore", "disregard", "forget", "override", "bypass", "you are now", "prompt", "instruction",
    "jailbreak", "<|", "<system", "inst]", "message", "dan mode", "act as", "behave as", "respond as",
    "grade this",
)  # fmt: skip
LEFTOVER = re.compile(r"\{\{.*?\}\}|<\|[^|]{1,30}\|>|\b(?:undefined|NaN|\[object Object\])\b|^\s*[{\[]\s*\"")
LEFTOVER_MARKS = ("{", "<|", "undefined", "NaN", "[")
CUT_OFF = re.compile(r"[\w,;:(-]\s*$")
OPENING_CHARACTERS = 200
LONG_ENOUGH_TO_END = 20
MOST_REPEATED_SHARE = 0.4


def pii_count(text: str) -> int:
    """Pieces of personal data: e-mail addresses, phones, cards, bank accounts, US social security numbers."""
    found = [*EMAIL.finditer(text)] if "@" in text else []
    if not FIGURES.search(text):
        return len(found)
    found += SSN.finditer(text)
    found += [hit for hit in CARD.finditer(text) if is_luhn(hit[0])]
    found += [hit for hit in IBAN.finditer(text) if is_iban(hit[0])]
    taken = [hit.span() for hit in found]
    phones = [hit.span() for hit in PHONE.finditer(text)]
    return len(taken) + sum(
        all(end <= first or start >= last for first, last in taken) for start, end in phones
    )


def is_luhn(digits: str) -> bool:
    """Whether a card number's check digit fits."""
    figures = [int(one) for one in digits if one.isdigit()][::-1]
    doubled = (sum(divmod(2 * one, 10)) for one in figures[1::2])
    return (sum(figures[::2]) + sum(doubled)) % 10 == 0 and len(set(figures)) > 1


def is_iban(account: str) -> bool:
    """Whether a bank account's check digits fit."""
    packed = account.replace(" ", "")
    if not 15 <= len(packed) <= 34:
        return False
    return int("".join(str(int(one, 36)) for one in packed[4:] + packed[:4])) % 97 == 1


def toxicity(words: Iterable[str]) -> float:
    """0 without an insult among words in lower case, .5 with one, nearer 1 with every other."""
    return 1 - 0.5 ** sum(map(INSULTS.__contains__, words))


def is_refusal(text: str) -> bool:
    """Whether the answer opens by declining."""
    opening = text[:OPENING_CHARACTERS]
    lower = opening.lower()
    return any(cue in lower for cue in REFUSAL_CUES) and bool(REFUSAL.search(opening))


def is_injection_suspected(source: str) -> bool:
    """Whether the student's text gives orders to the model; paraphrased orders are missed."""
    lower = source.lower()
    return any(cue in lower for cue in INJECTION_CUES) and bool(INJECTION.search(source))


def is_prose_failure(text: str, repeated: Callable[[], float]) -> bool:
    """Whether prose is empty, cut off, left with template marks, or runs in circles.

    Args:
        text: the answer.
        repeated: share of its sentences that repeat another, asked only when needed.
    """
    stripped = text.strip()
    if not stripped or (any(mark in stripped for mark in LEFTOVER_MARKS) and LEFTOVER.search(stripped)):
        return True
    is_cut = len(stripped.split(None, LONG_ENOUGH_TO_END)) > LONG_ENOUGH_TO_END and CUT_OFF.search(stripped)
    return bool(is_cut) or repeated() > MOST_REPEATED_SHARE
