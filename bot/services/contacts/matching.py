"""Which contact somebody means by what they typed: labels to choose from, and matching that forgives spelling."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from rapidfuzz import fuzz, process

from bot.domain.contacts import NAME_LIMIT, Role, fold, without_titles
from bot.domain.errors import CoachError, Code
from bot.domain.text.input import clip, one_line, row_token
from bot.services.slices.reading import Deadline, each_of

LABEL_LIMIT = 100
"""Discord's limit for a suggestion, in characters."""
_SUGGESTIONS = 25
_NEAREST = 5
_SHORTEST_FUZZY = 3
"""Characters from which on spelling is forgiven: with fewer, everything is alike."""
_LOOKS_LIKE = 60
"""Likeness (0..100) that is worth suggesting."""
_MUST_BE = 82
"""Likeness (0..100) that is acted on without asking."""
_TYPED = 2 * LABEL_LIMIT
"""Characters of what was typed that are looked at: no name and no label is as long."""
COMPARED = 2 * NAME_LIMIT
"""Folded characters of a name in which likeness is measured, as that takes the square of them."""


@dataclass(frozen=True, slots=True)
class ContactRef:
    """One contact by name; `label` is unlike that of any other contact of the same student."""

    id: int
    name: str
    label: str

    @property
    def token(self) -> str:
        """Text that names exactly this contact, whatever others are called."""
        return row_token(self.id)


@dataclass(frozen=True, slots=True)
class Named:
    """What is known of a contact here."""

    id: int
    name: str
    role: Role
    archived: bool = False


def refs(rows: Sequence[Named]) -> list[ContactRef]:
    """A reference for each row, in the same order. Equal labels, and those that show nothing, get the number."""
    labels = [clip(" · ".join(filter(None, map(one_line, (row.name, row.role.line)))), LABEL_LIMIT) for row in rows]
    times = Counter(map(str.casefold, labels))
    return [
        ContactRef(row.id, row.name, label if label and times[label.casefold()] == 1 else _numbered(label, row.id))
        for row, label in zip(rows, labels, strict=True)
    ]


def _numbered(label: str, number: int) -> str:
    tag = f" · {row_token(number)}" if label else row_token(number)
    return clip(label, LABEL_LIMIT - len(tag)) + tag


async def suggest(rows: Sequence[Named], typed: str, deadline: Deadline | None = None) -> list[ContactRef]:
    """At most 25 contacts, best match first and archived ones last; for nothing typed, the newest.

    Once the deadline is over, the best of those that were looked at.
    """
    # What Discord hands back after a choice is the whole label.
    query = fold(typed[:_TYPED].replace("·", " "))
    ranks = await each_of(rows, partial(_rank, query), deadline=deadline)
    found = [
        (row.archived, rank, ref.label, ref)
        for row, rank, ref in zip(rows, ranks, refs(rows), strict=False)
        if rank is not None
    ]
    return [ref for *_, ref in sorted(found, key=lambda entry: entry[:3])[:_SUGGESTIONS]]


def _rank(query: str, row: Named) -> float | None:
    """How well a contact answers the query; smaller is better, and None is not at all."""
    if not query:
        return -row.id
    text = fold(f"{row.name} {row.role.line} {row_token(row.id)}")
    tests = (text.startswith(query), _begins_words(query, text), query in text)
    if any(tests):
        return tests.index(True)
    if len(query) < _SHORTEST_FUZZY:
        return None
    likeness = fuzz.WRatio(query[:COMPARED], fold(row.name)[:COMPARED], score_cutoff=_LOOKS_LIKE)
    return _WORST - likeness if likeness else None


_WORST = 200.0
"""Behind everything that fits without forgiving any spelling."""


async def resolve(rows: Sequence[Named], typed: str) -> ContactRef:
    """The one contact that is meant: by exact name, beginnings of words, or almost the name.

    Archived contacts count only where no other fits. Raises NO_SUCH_CONTACT and AMBIGUOUS_CONTACT with the
    `nearest` names.
    """
    everyone = refs(rows)
    query = fold(typed[:_TYPED])
    fits = await each_of(everyone, partial(_fit, query, without_titles(query)))
    if found := _best(everyone, fits):
        archived = {row.id for row in rows if row.archived}
        return _only([ref for ref in found if ref.id not in archived] or found, typed)
    # Where nothing is near, the newest show at least how names look here.
    near = await suggest(rows, typed) or await suggest(rows, "")
    raise CoachError(Code.NO_SUCH_CONTACT, text=typed.strip(), nearest=tuple(ref.name for ref in near[:_NEAREST]))


def _only(found: Sequence[ContactRef], typed: str) -> ContactRef:
    if len(found) == 1:
        return found[0]
    near = found[:_NEAREST]
    namesakes = len({fold(ref.name) for ref in near}) < len(near)
    nearest = tuple(ref.label if namesakes else ref.name for ref in near)
    raise CoachError(Code.AMBIGUOUS_CONTACT, text=typed.strip(), nearest=nearest)


_LABEL, _NAME, _BEGINNING = 400.0, 300.0, 200.0
"""How well a full label, a full name and the beginnings of its words fit: each better than any likeness."""
_LEAD = 8
"""Points of likeness by which the best must lead to be the only one meant."""


def _fit(query: str, key: str, ref: ContactRef) -> float:
    """How well a contact fits what was typed, 0 for not at all; `key` is the query without "Dr." and the like."""
    if fold(ref.label) == query:
        return _LABEL
    folded = fold(ref.name)
    name = without_titles(folded)
    if name == key:
        return _NAME
    if query and _begins_words(query, folded):
        return _BEGINNING
    return fuzz.ratio(key[:COMPARED], name[:COMPARED], score_cutoff=_MUST_BE) if len(key) >= _SHORTEST_FUZZY else 0


def _best(everyone: Sequence[ContactRef], fits: Sequence[float]) -> list[ContactRef]:
    """Those who fit best; where only likeness speaks for them, with whoever is nearly as much alike."""
    best = max(fits, default=0)
    enough = best if best >= _BEGINNING else max(best - _LEAD, _MUST_BE)
    return [ref for ref, fit in zip(everyone, fits, strict=True) if fit >= enough]


def _begins_words(query: str, text: str) -> bool:
    """Whether every word of the query begins a word of the text."""
    return all(f" {word}" in f" {text}" for word in query.split())


def alike(one: str, other: str) -> bool:
    """Whether two folded names look like one person's: "jon smyth", "john smith"."""
    return fuzz.ratio(one[:COMPARED], other[:COMPARED], score_cutoff=_ONE_PERSON) > 0


_ONE_PERSON = 80
"""Likeness (0..100) from which on two names in one organization are taken for one."""


def matches(query: str, name: str, *texts: str) -> bool:
    """Whether a folded search fits: every word of it is somewhere in the texts, or almost a word of the name."""
    name = fold(name)
    everything = f"{name} {fold(' '.join(texts))}"
    names = name[:COMPARED].split()
    return all(word in everything or _almost_in(word, names) for word in query.split())


def _almost_in(word: str, names: Sequence[str]) -> bool:
    return (
        len(word) >= _SHORTEST_FUZZY
        and process.extractOne(word, names, scorer=fuzz.ratio, score_cutoff=_MUST_BE) is not None
    )
