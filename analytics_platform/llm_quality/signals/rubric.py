"""Explanations by a pedagogical rubric: five of MRBench's eight dimensions, as word-level proxies.

The text alone shows: revealing of the answer, guidance, actionability, coherence, tone. Each is a proxy that
counts wordings; a judge or a teacher decides. It cannot show mistake identification and mistake location
(they need the student's own work) nor humanlikeness, so none is given.

Source: Maurya et al. (2025), *NAACL*, "Unifying AI tutor evaluation" (the dimensions); Foltz, Kintsch and
Landauer (1998), *Discourse Processes* 25 (coherence as overlap of neighbouring clauses).
"""

import re
from collections.abc import Sequence

from analytics_platform.llm_quality.signals.words import Clause

REVEALING = re.compile(
    r"\b(?:the (?:correct |right |final )?(?:answer|solution|result) (?:is|would be|equals)|so the answer|"
    r"here is the (?:answer|solution)|which gives us)\b",
    re.IGNORECASE,
)
GUIDING = re.compile(
    r"\b(?:first|second|next|then|finally|step|hint|remember|recall|because|therefore|for example|"
    r"for instance|such as|imagine|think (?:of|about)|in other words|this means|like a|as if|notice|"
    r"compare)\b",
    re.IGNORECASE,
)
ACTING = re.compile(
    r"(?:^|[.!?:]\s+|\b(?:to|should|can|could) )(?:try|check|write|draw|compare|list|read|ask|practi[sc]e|"
    r"explain|look|find|solve|test|sketch|describe|calculate|summari[sz]e|think)\b|\?",
    re.IGNORECASE,
)
WARM = re.compile(
    r"\b(?:great|good|well done|nice|let's|you can|you are|don't worry|easy to|keep|together)\b",
    re.IGNORECASE,
)
HARSH = re.compile(
    r"\b(?:obviously|wrong|simply fail|stupid|lazy|bad|careless|you should know|of course)\b", re.IGNORECASE
)
ENOUGH_GUIDANCE, ENOUGH_ACTIONS = 4, 2
RUBRIC = ("rubric_revealing", "rubric_guidance", "rubric_actionability", "rubric_coherence", "rubric_tone")


def rubric(text: str, clauses: Sequence[Clause]) -> dict[str, float | None]:
    """Indicators from 0 to 1 by name.

    `rubric_revealing` is 1 where the answer is handed over; a tone of .5 is neutral; coherence is None for
    a single clause.
    """
    return {
        "rubric_revealing": float(bool(REVEALING.search(text))),
        "rubric_guidance": min(len(GUIDING.findall(text)) / ENOUGH_GUIDANCE, 1.0),
        "rubric_actionability": min(len(ACTING.findall(text)) / ENOUGH_ACTIONS, 1.0),
        "rubric_coherence": coherence(clauses),
        "rubric_tone": _tone(len(WARM.findall(text)), len(HARSH.findall(text))),
    }


def coherence(clauses: Sequence[Clause]) -> float | None:
    """Share of clauses that take up a content word of the two before."""
    if len(clauses) < 2:
        return None
    linked = sum(
        not set(clause.content).isdisjoint([*clauses[at].content, *(clauses[at - 1].content if at else [])])
        for at, clause in enumerate(clauses[1:])
    )
    return linked / (len(clauses) - 1)


def _tone(warm: int, harsh: int) -> float:
    return (warm + 1) / (warm + harsh + 2)
