"""Which contact somebody means by what they typed: labels to choose from, and matching that forgives spelling."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.domain.contacts import Role, fold, name_key
from bot.domain.errors import CoachError, Code
from bot.domain.texts import clip, read_row_token, row_token
from bot.domain.wording import one_line

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


def suggest(rows: Sequence[Named], typed: str) -> list[ContactRef]:
    """At most 25 contacts, best match first and archived ones last; for nothing typed, the newest."""
    # What Discord hands back after a choice is the whole label.
    query = fold(typed.replace("·", " "))
    ranks = _ranks(rows, query) if query else {row.id: -row.id for row in rows}
    found = [
        (row.archived, ranks[row.id], ref.label, ref)
        for row, ref in zip(rows, refs(rows), strict=True)
        if row.id in ranks
    ]
    return [ref for *_, ref in sorted(found, key=lambda entry: entry[:3])[:_SUGGESTIONS]]


def _ranks(rows: Sequence[Named], query: str) -> dict[int, float]:
    """How well each contact answers the query, by id; smaller is better, and absent is not at all."""
    alike = _alike(query, {row.id: fold(row.name) for row in rows})
    ranks = {number: _WORST - likeness for _, likeness, number in alike}
    for row in rows:
        text = fold(f"{row.name} {row.role.line} {row_token(row.id)}")
        tests = (text.startswith(query), _begins_words(query, text), query in text)
        if any(tests):
            ranks[row.id] = tests.index(True)
    return ranks


_WORST = 200.0
"""Behind everything that fits without forgiving any spelling."""


def resolve(rows: Sequence[Named], typed: str) -> ContactRef:
    """The one contact that is meant: by number, exact name, beginnings of words, or almost the name.

    Archived contacts count only where no other fits. Raises NOT_FOUND for a number that is not there,
    NO_SUCH_CONTACT and AMBIGUOUS_CONTACT with the `nearest` names.
    """
    everyone = refs(rows)
    if (number := read_row_token(typed)) is not None:
        return _numbered_one(everyone, number)
    archived = {row.id for row in rows if row.archived}
    for way in (_same, _beginning, _almost):
        if found := way(everyone, fold(typed)):
            return _only([ref for ref in found if ref.id not in archived] or found, typed)
    # Where nothing is near, the newest show at least how names look here.
    nearest = tuple(ref.name for ref in (suggest(rows, typed) or suggest(rows, ""))[:_NEAREST])
    raise CoachError(Code.NO_SUCH_CONTACT, text=typed.strip(), nearest=nearest)


def _numbered_one(everyone: Iterable[ContactRef], number: int) -> ContactRef:
    found = next((ref for ref in everyone if ref.id == number), None)
    if found is None:
        raise CoachError(Code.NOT_FOUND)
    return found


def _only(found: Sequence[ContactRef], typed: str) -> ContactRef:
    if len(found) == 1:
        return found[0]
    namesakes = len({fold(ref.name) for ref in found}) < len(found)
    nearest = tuple(ref.label if namesakes else ref.name for ref in found[:_NEAREST])
    raise CoachError(Code.AMBIGUOUS_CONTACT, text=typed.strip(), nearest=nearest)


def _same(everyone: Sequence[ContactRef], query: str) -> list[ContactRef]:
    """Full name or full label; "Dr." or not is the same."""
    by_label = [ref for ref in everyone if fold(ref.label) == query]
    return by_label or _where(everyone, lambda name: name_key(name) == name_key(query))


def _beginning(everyone: Sequence[ContactRef], query: str) -> list[ContactRef]:
    return _where(everyone, lambda name: bool(query) and _begins_words(query, fold(name)))


def _almost(everyone: Sequence[ContactRef], query: str) -> list[ContactRef]:
    """The most alike, with whoever is nearly as much alike."""
    found = _alike(name_key(query), {ref.id: name_key(ref.name) for ref in everyone}, fuzz.ratio, _MUST_BE)
    close = {match for _, likeness, match in found if likeness >= found[0][1] - _LEAD}
    return [ref for ref in everyone if ref.id in close]


_LEAD = 8
"""Points of likeness by which the best must lead to be the only one meant."""


def _where(everyone: Sequence[ContactRef], test: Callable[[str], bool]) -> list[ContactRef]:
    return [ref for ref in everyone if test(ref.name)]


def _begins_words(query: str, text: str) -> bool:
    """Whether every word of the query begins a word of the text."""
    return all(f" {word}" in f" {text}" for word in query.split())


def _alike(
    query: str, names: dict[int, str], scorer: Callable[..., float] = fuzz.WRatio, cutoff: int = _LOOKS_LIKE
) -> list[tuple[str, float, int]]:
    """Name, likeness and id of those that look like the query, most alike first."""
    if len(query) < _SHORTEST_FUZZY:
        return []
    return process.extract(query, names, scorer=scorer, score_cutoff=cutoff, limit=_SUGGESTIONS)


def matches(query: str, name: str, *texts: str) -> bool:
    """Whether a folded search fits: every word of it is somewhere in the texts, or almost a word of the name."""
    name = fold(name)
    everything = f"{name} {fold(' '.join(texts))}"
    return all(word in everything or _almost_in(word, name) for word in query.split())


def _almost_in(word: str, name: str) -> bool:
    return len(word) >= _SHORTEST_FUZZY and any(fuzz.ratio(word, other) >= _MUST_BE for other in name.split())
