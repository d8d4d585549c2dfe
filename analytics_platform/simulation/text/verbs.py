"""English verbs: third person, past and participle."""

from functools import cache

IRREGULAR = {
    "be": ("was", "been"),
    "bend": ("bent", "bent"),
    "bind": ("bound", "bound"),
    "break": ("broke", "broken"),
    "cast": ("cast", "cast"),
    "bring": ("brought", "brought"),
    "build": ("built", "built"),
    "catch": ("caught", "caught"),
    "come": ("came", "come"),
    "cut": ("cut", "cut"),
    "draw": ("drew", "drawn"),
    "drive": ("drove", "driven"),
    "eat": ("ate", "eaten"),
    "fight": ("fought", "fought"),
    "find": ("found", "found"),
    "foretell": ("foretold", "foretold"),
    "forecast": ("forecast", "forecast"),
    "get": ("got", "got"),
    "give": ("gave", "given"),
    "go": ("went", "gone"),
    "have": ("had", "had"),
    "hide": ("hid", "hidden"),
    "hold": ("held", "held"),
    "hurt": ("hurt", "hurt"),
    "keep": ("kept", "kept"),
    "lead": ("led", "led"),
    "leave": ("left", "left"),
    "lie": ("lay", "lain"),
    "make": ("made", "made"),
    "meet": ("met", "met"),
    "pay": ("paid", "paid"),
    "put": ("put", "put"),
    "run": ("ran", "run"),
    "seek": ("sought", "sought"),
    "sell": ("sold", "sold"),
    "send": ("sent", "sent"),
    "set": ("set", "set"),
    "show": ("showed", "shown"),
    "sit": ("sat", "sat"),
    "slay": ("slew", "slain"),
    "speak": ("spoke", "spoken"),
    "spend": ("spent", "spent"),
    "split": ("split", "split"),
    "spread": ("spread", "spread"),
    "stand": ("stood", "stood"),
    "steal": ("stole", "stolen"),
    "take": ("took", "taken"),
    "teach": ("taught", "taught"),
    "swell": ("swelled", "swollen"),
    "throw": ("threw", "thrown"),
    "tell": ("told", "told"),
    "think": ("thought", "thought"),
    "wear": ("wore", "worn"),
    "wed": ("wed", "wed"),
    "withstand": ("withstood", "withstood"),
    "write": ("wrote", "written"),
}
DOUBLED = frozenset(
    {
        "stop",
        "trap",
        "ship",
        "plan",
        "set",
        "control",
        "swap",
        "rob",
        "strip",
        "transmit",
        "dim",
        "drop",
        "tug",
        "flip",
    }
)


def verb_form(base: str, form: str) -> str:
    """A verb, perhaps of several words, as third person, past or participle."""
    first, _, rest = base.partition(" ")
    return f"{_inflected(first, form)} {rest}".rstrip()


@cache
def _inflected(word: str, form: str) -> str:  # noqa: PLR0911
    if form == "third":
        if word in {"be", "have"}:
            return {"be": "is", "have": "has"}[word]
        if word.endswith(("s", "sh", "ch", "x", "o")):
            return f"{word}es"
        return f"{word[:-1]}ies" if word[-1] == "y" and word[-2] not in "aeiou" else f"{word}s"
    if word in IRREGULAR:
        return IRREGULAR[word][form == "participle"]
    if word in DOUBLED:
        return f"{word}{word[-1]}ed"
    if word.endswith("e"):
        return f"{word}d"
    return f"{word[:-1]}ied" if word[-1] == "y" and word[-2] not in "aeiou" else f"{word}ed"
