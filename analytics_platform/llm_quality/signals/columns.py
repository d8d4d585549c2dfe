"""Columns that scoring a text gives, each with its sentence; `llm_quality.interaction_scores` holds them."""

import pyarrow as pa

from analytics_platform.lakehouse.described import Columns

_NUMBER, _COUNT, _IS = pa.float64(), pa.int64(), pa.bool_()

VERDICT: Columns = {
    "scorer_version": (
        pa.string(),
        "Rules and detector that gave the scores; other versions are not compared.",
    ),
    "unsupported_probability": (
        _NUMBER,
        "Calibrated chance that the answer holds an unsupported claim, a weak signal; null without a source.",
    ),
    "is_flagged": (_IS, "Whether that chance reaches the detector's threshold; null without a source."),
    "worst_start": (_COUNT, "First character, from 0, of the sentence least borne out by the source."),
    "worst_end": (_COUNT, "Character after its last one."),
    "words": (_COUNT, "Words of the answer."),
}
FAITHFULNESS: Columns = {
    "lexical_novelty": (_NUMBER, "Share of content words whose stem the source lacks."),
    "bigram_novelty": (_NUMBER, "Share of neighbouring word pairs that the source lacks."),
    "trigram_novelty": (_NUMBER, "Share of runs of three words that the source lacks."),
    "number_novelty": (_NUMBER, "Share of a clause's numbers that the source lacks, in the worst clause."),
    "number_misplaced": (
        _NUMBER,
        "How far a number stands from its company in the source, in the worst clause.",
    ),
    "entity_novelty": (_NUMBER, "Share of words in names that the source lacks, in the worst clause."),
    "entity_misplaced": (
        _NUMBER,
        "How far a name stands from its company in the source, in the worst clause.",
    ),
    "word_misplaced": (_NUMBER, "How far any known word stands from its company there, in the worst clause."),
    "pair_novelty": (
        _NUMBER,
        "Share of neighbouring known words that no passage of the source holds together.",
    ),
    "negation_mismatch": (_NUMBER, "1 where a word is denied in the answer or in its passage alone."),
    "direction_mismatch": (_NUMBER, "1 where the passage says the contrary direction."),
    "relation_swap": (_NUMBER, "Share of shared words in another order than in the passage, worst clause."),
    "sentence_support_mean": (_NUMBER, "Weighted share of content words that the best passages hold, mean."),
    "sentence_support_min": (_NUMBER, "The same for the clause borne out least."),
    "extractive_share": (_NUMBER, "Share of words in copied fragments."),
    "extractive_density": (_NUMBER, "Mean length of the copied fragment that a word belongs to, in words."),
    "overgeneralisation": (_NUMBER, "1 where all, always or never is said and the passage does not say it."),
    "hedging": (_NUMBER, "Share of words that hedge."),
    "length_ratio": (_NUMBER, "Words of the answer per word of the source."),
}
SUMMARY: Columns = {
    "coverage": (_NUMBER, "Summaries: share of the source's sentences whose content is half there."),
    "compression": (_NUMBER, "Summaries: words of the source per word of the summary."),
}
QUIZ: Columns = {
    "quiz_questions": (_COUNT, "Quizzes: questions found; 0 where none could be read."),
    "quiz_is_valid": (_IS, "Complete questions, no repeated option, each key in the note, none given away."),
    "quiz_answerable_share": (
        _NUMBER,
        "Share of complete questions whose key stands where the note treats it.",
    ),
    "quiz_answer_leak_share": (_NUMBER, "Share of complete questions that give their key away."),
    "quiz_distractor_plausibility": (_NUMBER, "Likeness of distractors to the key and the note, 0 to 1."),
    "quiz_duplicate_options": (_COUNT, "Options that repeat another of their question."),
    "quiz_key_position_bias": (
        _NUMBER,
        "Distance of the key positions from even, 0 to 1; null for one question.",
    ),
    "quiz_keys": (pa.string(), "Key positions in order, such as BAC."),
    "quiz_key_doubt": (_NUMBER, "How much better the passage bears out a distractor, in the worst question."),
}
READING: Columns = {
    "readability_grade": (_NUMBER, "School grade: median of Flesch-Kincaid, ARI and Coleman-Liau."),
    "readability_gap": (_NUMBER, "That grade less the declared one; null where none was declared."),
}
RUBRIC: Columns = {
    "rubric_revealing": (_NUMBER, "Explanations: 1 where the answer is handed over (proxy)."),
    "rubric_guidance": (_NUMBER, "Explanations: steps, examples and hints, 0 to 1 (proxy)."),
    "rubric_actionability": (_NUMBER, "Explanations: things for the learner to do, 0 to 1 (proxy)."),
    "rubric_coherence": (
        _NUMBER,
        "Explanations: share of sentences that take up a word of those before (proxy).",
    ),
    "rubric_tone": (_NUMBER, "Explanations: warm against harsh wording, .5 neutral (proxy)."),
}
SAFETY: Columns = {
    "pii_count": (_COUNT, "Pieces of personal data in the answer."),
    "toxicity": (_NUMBER, "0 without an insult, .5 with one, nearer 1 with more."),
    "is_refusal": (_IS, "Whether the answer declines."),
    "is_format_failure": (_IS, "Whether it is empty, cut off, repeats itself or is no readable quiz."),
    "is_injection_suspected": (_IS, "Whether the source gives orders to the model."),
}
SCORED = VERDICT | FAITHFULNESS | SUMMARY | QUIZ | READING | RUBRIC | SAFETY
