"""Deeds: the verbs that a note knows, and what was done or will be done as a part of a sentence."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.domain.text.clauses import sentences, tokens
from bot.domain.text.input import one_line
from bot.domain.text.to_the_reader import is_about, mended, misfit
from bot.domain.text.wording import fragment


@dataclass(frozen=True, slots=True)
class Verbs:
    """The handbook's table of verbs: each form with the participle of its verb."""

    bases: Mapping[str, str]
    pasts: Mapping[str, str]
    participles: frozenset[str]


def read_verbs(lines: Iterable[str]) -> Verbs:
    """The table from lines such as "write, wrote, written". Raises ValueError for a line without three words."""
    bases: dict[str, str] = {}
    pasts: dict[str, str] = {}
    for line in lines:
        forms = [form.strip().casefold() for form in line.split(",")]
        if len(forms) != _FORMS or not all(form.isalpha() for form in forms):
            raise ValueError(f"“{line}” must be three words with commas, such as “write, wrote, written”")
        base, past, participle = forms
        if base in bases:
            raise ValueError(f"“{base}” is there twice")
        bases[base], pasts[past] = participle, participle
    return Verbs(bases, pasts, frozenset(bases.values()))


_FORMS = 3
_LONGEST = 100
"""Characters of a to-do that a tick can show whole: what is not shown is not agreed to."""

_ADVERBS = r"(?:(?:already|also|just|recently|finally|now|since|then|first|soon|definitely|probably) +)*"
_HAVE = re.compile(rf"(?:have +)?({_ADVERBS})(\w+)\b", re.IGNORECASE)
_WHEN = re.compile(
    r"\b(?:yesterday|ago|last (?:week|night|month|year|\w+day)|this (?:morning|afternoon)|(?:on|in|at) (?:\w+day|"
    r"noon|january|february|march|april|may|june|july|august|september|october|november|december))\b",
    re.IGNORECASE,
)
"""A moment that is over, with which English says "I joined" and not "I have joined"."""


def deed(text: str, verbs: Verbs) -> tuple[str, str] | None:
    """What was done, as it follows "I have" ("have") or "I" ("past"): which of the two, and the words.

    None for what is no deed: "a call to the union", and "email Priya", which may be a plan.
    """
    words = mended(fragment(text))
    begun = _HAVE.match(words)
    if begun is None or len(tokens(words)) < _MIN:
        return None
    adverbs, verb = begun[1].lower(), begun[2].casefold()
    rest = words[begun.end() :]
    is_past = verb in verbs.pasts
    # "Come to the fair" may be a plan; "read the report", the same in all three forms, is what was asked for.
    is_participle = verb in verbs.participles and (is_past or verb not in verbs.bases)
    if is_participle and not _WHEN.search(rest):
        return "have", f"{adverbs}{verb}{rest}"
    return ("past", f"{adverbs}{verb}{rest}") if is_past else None


_MIN = 2
"""Words of the shortest deed: "joined AFS"."""
_WILL = re.compile(rf"(?:will +|to +)?({_ADVERBS})(\w+)\b", re.IGNORECASE)
_WISH = re.compile(r"(plan|want|hope|intend|would like|planning|hoping|going) +to +(\w+)\b", re.IGNORECASE)


def plan(text: str, verbs: Verbs) -> tuple[str, str] | None:
    """What will be done, as it follows "I will" ("will"), "I" ("wish") or "I am" ("doing"), or None."""
    words = mended(fragment(text))
    if wish := _WISH.match(words):
        how = "doing" if wish[1].lower().endswith("ing") else "wish"
        return (how, words[0].lower() + words[1:]) if wish[2].casefold() in verbs.bases else None
    begun = _WILL.match(words)
    if begun is None or begun[2].casefold() not in verbs.bases or len(tokens(words)) < _MIN:
        return None
    return "will", f"{begun[1].lower()}{begun[2].lower()}{words[begun.end() :]}"


_TOLD = (
    r"(?:had +|has +|have +)?(mentioned|suggested|recommended|named|told me about|talked about|gave me|sent me|"
    r"showed me|spoke of|listed|pointed out)\b"
)
_TELLS = re.compile(rf"\b(?:she|he|they) +{_TOLD}", re.IGNORECASE)
_LATER = re.compile(
    r"\b(?:by|before|until|till|tomorrow|tonight|today|asap|next|this (?:week|month|weekend|evening)|soon|someday|"
    r"again|every|weekly|daily|should|maybe|might|try to)\b",
    re.IGNORECASE,
)
"""What is true of a task and not of a deed: when to do it, how often, whether."""
_JOINS = re.compile(r"(?:\band\b|\bthen\b|\bor\b|,)(?: +then)? +(\w+)", re.IGNORECASE)
_CAPITAL = re.compile(r"\b[A-ZÀ-Þ]\w{2,}")


def deed_of_todo(text: str, name: str, verbs: Verbs) -> str | None:
    """A to-do that is done, as it follows "I have", said to `name`: "Write to Sam" as "written to Sam".

    None where it cannot be said without doubt: no known verb, two tasks in one, a word about the reader.
    """
    words = to_them(fragment(text), name)
    first, _, rest = words.partition(" ")
    done = _participle(first.casefold(), verbs)
    if done is None or not rest or len(words) > _LONGEST or misfit(words, name) is not None or "(" in words:
        return None
    if _LATER.search(rest) or _WHEN.search(rest) or len(sentences(words)) > 1:
        return None
    if any(match[1].casefold() in verbs.bases for match in _JOINS.finditer(rest)):
        return None
    return f"{done} {mended(rest)}"


def _participle(verb: str, verbs: Verbs) -> str | None:
    found = verbs.bases.get(verb) or verbs.pasts.get(verb)
    return found or (verb if verb in verbs.participles else None)


def to_them(text: str, name: str) -> str:
    """The words with "the person she mentioned" as "the person you mentioned", where nobody else can be meant."""
    line = one_line(text)
    first, _, rest = line.partition(" ")
    called = [part for part in re.findall(r"\w{3,}", name) if part[0].isupper()]
    others = [other for other in _CAPITAL.findall(rest) if other not in called]
    if others:
        return line
    if called:
        by_name = re.compile(rf"\b(?:(?:Dr|Prof|Mr|Mrs|Ms)\.? +)?(?:{'|'.join(map(re.escape, called))}) +{_TOLD}")
        rest = by_name.sub(r"you \1", rest)
    turned = " ".join([first, _TELLS.sub(r"you \1", rest)]).strip()
    return line if is_about(turned, name) else turned


def listed(deeds: Iterable[str]) -> str:
    """Several as one: "read the report, joined AFS and written to Sam"."""
    *most, last = dict.fromkeys(deeds)
    return f"{', '.join(most)} and {last}" if most else last
