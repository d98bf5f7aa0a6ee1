"""How a student's words are built: a thing, the end of a sentence, a whole sentence, a question.

Lists of words instead of a grammar: where they cannot tell, they say no.
"""

import re
from itertools import pairwise

from bot.domain.text.input import one_line

_LISTED = {
    "question": "how what why where when who which whether",
    "be and do": """
        am is are was were do does did has have had can could will would shall should may might must
    """,
    "somebody": "i you we it one someone somebody they",
    "something": "people the a an this that there your my",
    "anything": "everything something anything",
    "doing": "do does did have has had",
    "felt": "interesting amazing depressing boring surprising inspiring encouraging fascinating exciting",
    "determiner": "the a an your my our this these those all every each both one",
    "link": """
        of about for with in on at from to into between behind over under after before during against without
        through as like and or but than around near by across
    """,
    "clause": "you i we that who which where when how why what whose it there because if",
    "verb": """
        made makes helped helps took takes gave gives told tells showed shows taught teaches said says sounds
        sounded seems seemed feels felt looks looked goes went comes came gets got means meant needs needed
        knows knew wants wanted thinks thought loves loved likes liked decides decided depends inspired
        inspires changed changes matters mattered stays stayed became becomes runs ran works worked pays paid
        sucks sucked rocks rocked kills keeps kept brings brought lets turns turned opened opens surprised
        surprises impressed impresses lives lived uses used wins won owns leads led builds built studies
        studied explains explained does did isn't wasn't aren't don't doesn't didn't can't won't grew grows
        began begins chose broke drove fell found held lost met rose sat sold sent spent spoke stood
        understood wrote starts started ended laughs smiles cares
    """,
    "adverb": "together always never often well fast still even everywhere today anymore too alot",
    "bare": """
        go make take need want help work decide inspire live love know like get give come run show think mean matter
        depend feel look seem keep use pay burn quit change
    """,
    "praise": """
        amazing cool great awesome interesting fun helpful important inspiring depressing surprising nice good bad
        hard easy crazy wild sad boring useful fascinating challenging encouraging exciting funny impressive best
        worst true clear
    """,
}
_WORDS = {kind: frozenset(words.split()) for kind, words in _LISTED.items()}
_BE_AND_DO, _WH = _WORDS["be and do"], _WORDS["question"]
_FINITE = _BE_AND_DO | _WORDS["verb"]
_SUBJECTS = _WORDS["somebody"] | _WORDS["something"]
_JUDGES = re.compile(
    rf"\b(?:is|was|are|were|['’]s)(?: \w+ly| so| very| super| pretty| really| too| quite)*"
    rf" (?:{'|'.join(sorted(_WORDS['praise']))})\W*$",
    re.IGNORECASE,
)
_HEAD = 6
"""Words of a thing's name before what is said of it, at most."""


def tokens(text: str) -> list[str]:
    """The words in small letters, apostrophes kept."""
    return re.findall(r"\w+(?:['’]\w+)*", one_line(text).casefold().replace("’", "'"))


def asks(line: str) -> bool:
    """Whether it is a question without its mark: "how long did it take", "is it hard"."""
    words = tokens(line)
    first, *rest = words or [""]
    if first in _BE_AND_DO:
        return not (_WORDS["somebody"] if first in _WORDS["doing"] else _SUBJECTS).isdisjoint(rest[:1])
    if first not in _WH:
        return False
    if not _BE_AND_DO.isdisjoint(rest[:1]):
        return True
    # Turned around, as in "how long did it take"; not in "how long it takes", "what storms do to a season".
    asked = _until(rest[:_HEAD], _SUBJECTS)
    return bool(asked) and asked[-1] in _BE_AND_DO and len(asked) < len(rest)


def names_a_thing(text: str) -> bool:
    """Whether it is the name of a thing and no clause: "your survey of the reefs", "the way you plan a season"."""
    first, *rest = tokens(text) or [""]
    return first in _WORDS["determiner"] and _is_thing(rest) and text.count(",") < _LIST


_LIST = 2
"""So many commas make a list."""


def _is_thing(words: list[str]) -> bool:
    head = _until(words, _WORDS["link"] | _WORDS["clause"])
    if not 1 <= len(head) <= _HEAD or _WORDS["determiner"].intersection(head):
        return False
    if (
        head[-1].endswith(("ed", "ly"))
        or head[-1] in _WORDS["adverb"]
        or any(_clashes(one, two) for one, two in pairwise(head))
    ):
        return False
    described = _until(words, _WORDS["clause"])
    return _FINITE.isdisjoint(described) and not _goes_on(words[len(described) :])


def _until(words: list[str], stops: frozenset[str]) -> list[str]:
    return words[: next((place for place, word in enumerate(words) if word in stops), len(words))]


def _clashes(one: str, two: str) -> bool:
    """Whether the second is what the first does: "kids go"."""
    return one.endswith("s") and two in _WORDS["bare"]


def _goes_on(clause: list[str]) -> bool:
    """Whether a sentence goes on behind the clause in it: "[the story] you told was long"."""
    later = clause[2:]
    for place, word in enumerate(later):
        if word in _WORDS["clause"]:
            return False
        if word in {"is", "was", "are", "were", "made"} and place:
            return True
    return False


def completes_is(text: str) -> bool:
    """Whether the words end "What stays with me is …": a thing, "how …", "that …", or doing something."""
    first, *rest = tokens(text) or [""]
    if not rest or _JUDGES.search(text):
        return False
    if first in _WH:
        return len(rest) > 1
    if first in _WORDS["anything"]:
        return rest[0] in _WORDS["clause"] and not _goes_on(rest)
    if first == "that":
        return len(rest) > _CLAUSE and rest[0] not in _FINITE
    if first.endswith("ing") and first not in _WORDS["felt"]:
        return _FINITE.isdisjoint(_until(rest, _WORDS["clause"])) and not _goes_on(rest)
    return names_a_thing(text)


_CLAUSE = 2
"""Words of the shortest clause behind "that", less one."""

_TO_THEM = re.compile(
    r"(?:i|i['’](?:m|ve|d|ll)|im|ive|u|you|you['’]\w+|we|we['’]\w+|thank|thanks)\b", re.IGNORECASE
)
_OURS = re.compile(r"(?:my|your|our|it)\b", re.IGNORECASE)
_GOES_ON = re.compile(
    r"(?:i|i['’]\w+|im|ive|u|you|you['’]\w+|we|we['’]\w+|it|it['’]s|that|this|there|thank|thanks|my|your|next|then|after|now)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?:(?<=[.!?…])|(?<=[.!?…][\"'”’)]))\s+(?=[\"'“‘(]?\w)")
_ABBREVIATED = re.compile(r"\b(?:Dr|Prof|Mr|Mrs|Ms|St|vs|etc|e\.g|i\.e|U\.S|a\.m|p\.m|[A-Z])\.$")


def sentences(text: str) -> list[str]:
    """The sentences of a text, apart."""
    parts: list[str] = []
    for part in filter(None, _SENTENCE_END.split(one_line(text))):
        if parts and _ABBREVIATED.search(parts[-1]):
            parts[-1] = f"{parts[-1]} {part}"
        else:
            parts.append(part)
    return parts


def stands(text: str) -> bool:
    """Whether the words are whole sentences to the reader: "I learned …", "Your advice helped a lot"."""
    first, *others = sentences(text) or [""]
    if not all(_GOES_ON.match(other) and len(tokens(other)) > 1 for other in others):
        return False
    words = tokens(first)
    if _TO_THEM.match(first):
        return len(words) > _CLAUSE
    return _OURS.match(first) is not None and len(words) > _CLAUSE and not _FINITE.isdisjoint(words[1:])
