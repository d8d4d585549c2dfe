"""Closed word lists that signals look up: English, lower case."""

STOP_WORDS = frozenset(
    """
    a about above after again all also although am an and another any are as at be because been before being
    below between both but by can could did do does doing done down during each either else ever every few for
    from further get gets got had has have having he her here hers herself him himself his how however i if in
    instead into is it its itself just let like made make makes many may me might more most much must my
    myself of off often on once one only or other others our ours out over own per quite rather really s same
    she should since so some such t than that the their theirs them themselves then there therefore these
    they this those though through thus to too toward towards under until up upon us use used uses using very
    via was we were what when where whether which while who whom whose why will with within would yet you your
    yours yourself called known means mean example
    """.split()
)
NEGATIONS = frozenset(
    "no not never none nor neither nobody nothing nowhere cannot without hardly scarcely barely".split()
)
QUANTIFIERS = frozenset(
    "all always never every everyone everybody everything none only must cannot entirely completely totally "
    "exclusively invariably solely impossible certainly guaranteed definitely exception".split()
)
BE = frozenset("be is are was were been being am get gets got".split())
HEDGES = frozenset(
    "may might could can perhaps possibly probably likely unlikely usually often sometimes generally typically "
    "mostly tends tend suggests suggest appears appear seems seem roughly approximately about around some many "
    "partly largely nearly almost estimated".split()
)
ABBREVIATIONS = frozenset(
    "dr mr mrs ms prof st jr sr vs etc e.g i.e eg ie cf fig figs no vol pp ca approx inc ltd co gen sen rep gov "
    "lt col sgt capt rev hon jan feb mar apr jun jul aug sep sept oct nov dec al ed eds u.s u.k".split()
)

ONES = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split()
    )
}
TENS = {
    word: 10 * (place + 2)
    for place, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
ORDINALS = {
    "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10,
    "eleventh": 11, "twelfth": 12, "nineteenth": 19, "eighteenth": 18, "twentieth": 20,
}  # fmt: skip
FRACTIONS = {"half": 0.5}
NUMBER_WORDS: dict[str, float] = ONES | TENS | ORDINALS | FRACTIONS

_OPPOSITES = """
    rise rises rose risen rising increase increases increased increasing grow grows grew grown growing gain gains
    gained climb climbs climbed expand expands expanded expanding strengthen strengthens strengthened accelerate
    accelerates accelerated double doubled raise raises raised boost boosts boosted speeds
    | fall falls fell fallen falling decrease decreases decreased decreasing decline declines declined declining
    shrink shrinks shrank drop drops dropped lose loses lost contract contracts contracted weaken weakens weakened
    slow slows slowed decelerate halved lower lowers lowered reduce reduces reduced reducing diminish diminished
    ; more greater larger higher bigger longer faster stronger heavier warmer hotter | less fewer smaller lower
    shorter slower weaker lighter cooler colder
    ; most largest highest biggest longest fastest greatest strongest maximum | least smallest lowest shortest
    slowest weakest fewest minimum
    ; before earlier precedes preceded prior | after later follows followed since
    ; first | last
    ; above over | below under beneath
    ; toward towards | away
    ; into enters entered absorb absorbs absorbed gains | out leaves exits releases released emits emitted
    ; positive positively | negative negatively
    ; begin begins began begun start starts started opened | end ends ended stop stops stopped closed
    ; win wins won | lose loses lost defeated
    ; allow allows allowed permit permits permitted enable enables enabled | prevent prevents prevented forbid
    forbids forbade prohibited block blocks blocked inhibits inhibited ban banned
    ; accept accepts accepted approve approved | reject rejects rejected refuse refused deny denied
    ; north northern | south southern
    ; east eastern | west western
    ; left | right
    ; internal inside inner | external outside outer
    ; same similar identical | different opposite
    ; true correct | false incorrect
    ; hot warm | cold cool
    ; high | low
    ; large big | small little
    ; fast quick rapid rapidly quickly | slow slowly
    ; early | late
    ; old older oldest | young younger youngest new newer newest
    ; rich | poor
    ; support supports supported agree agrees agreed | oppose opposes opposed disagree disagrees
    ; create creates created build builds built | destroy destroys destroyed break breaks broke
    ; include includes included | exclude excludes excluded
    ; attract attracts attracted | repel repels repelled
    ; always | never
    ; all every | none no
    ; upward up | downward down
    ; directly direct | inversely indirectly indirect
    ; minimum minimise minimize | maximum maximise maximize
    ; public | private
    ; male men | female women
    ; best better | worst worse
    ; protect protects protected guard guards guarded | endanger endangers endangered harm harms harmed threaten
    threatens threatened damage damages damaged
    ; help helps helped aid aids aided | hinder hinders hindered hamper hampers hampered
    ; up upwards | down downwards
    ; success successful succeed succeeded | failure unsuccessful fail failed
"""


def _opposites() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split(";"):
        first, second = (side.split() for side in pair.split("|"))
        for words, others in ((first, second), (second, first)):
            for word in words:
                found.setdefault(word, set()).update(others)
    return {word: frozenset(others - {word}) for word, others in found.items()}


def _allies() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for pair in _OPPOSITES.split(";"):
        for side in pair.split("|"):
            for word in side.split():
                found.setdefault(word, set()).update(side.split())
    return {word: frozenset(others) for word, others in found.items()}


_RISE, _FALL = (side.split() for side in _OPPOSITES.split(";")[0].split("|"))
_MORE, _LESS = (side.split() for side in _OPPOSITES.split(";")[1].split("|"))
SIGNS: dict[str, int] = dict.fromkeys([*_FALL, *_LESS], -1) | dict.fromkeys([*_RISE, *_MORE], 1)
"""Directions of words that rise (1) or fall (-1)."""

OPPOSITES = _opposites()
"""Words that say the contrary, by word."""

ALLIES = _allies()
"""Words that say the same direction, itself among them, by word."""
