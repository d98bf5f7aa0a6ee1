"""Reading a typed answer such as "Yep" or "No - too much travel" as one of the evaluation's verdicts."""

import re

from bot.domain.evaluations.questions import Verdict

_PHRASES = {
    Verdict.YES: "yes|yeah|yep|yup|yea|ya|y|sure|definitely|absolutely|of course|for sure|i think so|i do|i would",
    Verdict.PARTLY: (
        "partly|partially|in part|kind of|kinda|sort of|somewhat|mostly|a bit|a little|more or less|"
        "yes and no|so-so|half and half"
    ),
    Verdict.NO: "no|nope|nah|n|not really|not at all|no way|i don't think so|i don't|i wouldn't",
    Verdict.UNSURE: (
        "not sure|not sure yet|i'm not sure|im not sure|i am not sure|unsure|idk|dunno|i don't know|don't know|"
        "dont know|i dont know|no idea|no clue|hard to say|maybe|perhaps|can't say"
    ),
}
_OPENS_A_SENTENCE = re.compile(
    r"(?P<yes>(?:yes|yeah|yep|yup) (?!and no\b))|(?P<partly>partly )|"
    r"(?P<unsure>(?:i'm |i am )?not sure |i don'?t know )|"
    r"(?P<no>(?:no|nope) (?:i|i'd|i'm|it|not|but|because|she|he|they)\b)"
)
"""Openings that settle the verdict even without a comma. A bare "no" does not: "No one said a word"."""

_VERDICT_OF = {phrase: verdict for verdict, phrases in _PHRASES.items() for phrase in phrases.split("|")}
_LONGEST_FIRST = "|".join(re.escape(phrase) for phrase in sorted(_VERDICT_OF, key=len, reverse=True))
_ALONE = re.compile(rf"\W*({_LONGEST_FIRST})\W*")
_WITH_REST = re.compile(rf"({_LONGEST_FIRST})(?: *(?:[,;:!…—–]|[.-]+(?=\s)|\n)\s*|\s*(?=\())(?=.*\w)", re.DOTALL)


def read_verdict(text: str) -> tuple[Verdict, str] | None:
    """The verdict that `text` clearly gives, and what it says beyond that; or None.

    "Yes, mostly field work" is YES and "mostly field work". Where no mark sets the verdict apart, the
    whole text stays, so that "Not sure they would take me" keeps its meaning.
    """
    plain = text.lower().replace("’", "'")
    if alone := _ALONE.fullmatch(plain):
        return _VERDICT_OF[alone[1]], ""
    if marked := _WITH_REST.match(plain):
        return _VERDICT_OF[marked[1]], text[marked.end() :].strip()
    if opening := _OPENS_A_SENTENCE.match(plain):
        return Verdict(str(opening.lastgroup)), text
    return None
