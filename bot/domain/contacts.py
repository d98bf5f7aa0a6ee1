"""People to learn from: what a student types about one, read; and when two entries are likely one person."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.domain.text.damage import DAMAGED, is_damaged
from bot.domain.text.input import checked_length, checked_text, one_line, seen

NAME_LIMIT = 100
ROLE_LIMIT = 150
REACH_LIMIT = 200
WHY_LIMIT = 500
NOTE_LIMIT = 4_000
"""Characters of one note: what a form of Discord's can hold."""
NOTES_LIMIT = 20_000
"""Characters of all notes on one contact."""


class Source(StrEnum):
    """Where a contact was found. Handout, "Who do I interview?"; Event and Other are added."""

    KNOWN = "I know them"
    ALUMNI = "Alumni"
    LINKEDIN = "LinkedIn"
    DIRECTORY = "Business directory"
    CHAMBER = "Chamber of commerce"
    MEDIA = "Article or media"
    REFERRAL = "Referral"
    EVENT = "Event"
    OTHER = "Other"


@dataclass(frozen=True, slots=True)
class Role:
    """What somebody does, and where; either may be blank."""

    title: str = ""
    organization: str = ""

    @property
    def line(self) -> str:
        """Both in one line, such as "Marine biologist, NOAA"."""
        return ", ".join(part for part in (self.title, self.organization) if one_line(part))

    @property
    def typed(self) -> str:
        """A line that `read_role` reads back as the same role, for a form to start from."""
        ways = (f"{self.title}{between}{self.organization}" for between in (" at ", " | ", " @"))
        return next((way.strip() for way in (self.line, *ways) if self._is_read_from(way)), self.line)

    def _is_read_from(self, text: str) -> bool:
        return len(text.strip()) <= ROLE_LIMIT and read_role(text) == self


def read_role(text: str) -> Role:
    """Role and organization apart: "Marine biologist at NOAA", "Curator @ X", "Chef | X", "Curator, Denver Museum".

    The strongest sign wins, and of equal ones the first. Without any, all of it is the role.
    """
    line = one_line(text)
    for sign in _BETWEEN:
        if found := sign.search(line):
            return Role(seen(line[: found.start()].rstrip(" ,")), seen(line[found.end() :]))
    return Role(line)


_BETWEEN = (
    re.compile(r"(?:^|\s)(?:at\s|@\s?)(?=\S)", re.IGNORECASE),
    re.compile(r"\s[|·–—-]\s(?=\S)"),
    re.compile(r"(?<=\S)\s?,\s(?=\S)"),
)
"""What people write between a role and an organization, strongest first."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Ways to reach somebody, as far as they could be read."""

    email: str | None = None
    phone: str | None = None
    link: str | None = None


def read_reach(text: str) -> Reach:
    """The first e-mail address, phone number and web address in the text; each is None when there is none.

    Only its beginning is read, as much as any field for it holds.
    """
    text = text[:_READ]
    links = [match[0].rstrip(_PUNCTUATION) for match in _LINK.finditer(text)]
    rest = _LINK.sub(" ", text)
    emails = [match[0].rstrip(_PUNCTUATION) for match in _EMAIL.finditer(rest)]
    rest = _EMAIL.sub(" ", rest)
    phones = [match[0].strip() for match in _PHONE.finditer(rest) if _is_phone(match[0])]
    return Reach(
        email=next(iter(emails), None),
        phone=next(iter(phones), None),
        link=next((link if _SCHEME.match(link) else f"https://{link}" for link in links), None),
    )


_READ = 600
"""Characters: finding where an address may begin takes the square of them."""
_PUNCTUATION = ".,;:!?'\"”’)]}>"
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
"""How an address begins that is whole. Another one may stand further on in it, as in that of a web archive."""
_LINK = re.compile(
    r"(?<![\w@.-])(?:https?://|www\.|(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}/)[^\s<>\"]*", re.IGNORECASE
)
_EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@(?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}")
_PHONE = re.compile(r"(?<![\w.-])\+?\(?\d[\d().\s-]{4,30}\d(?:\s?(?:x|ext\.?)\s?\d{1,6})?(?!\w)", re.IGNORECASE)
_DATE_OR_YEARS = re.compile(
    r"\d{4}[-.]\d{1,2}[-.]\d{1,2}|\d{1,2}[.-]\d{1,2}[.-](?:\d{2}){1,2}|(?:19|20)\d\d\s?-\s?(?:19|20)\d\d"
)
_DIGITS = range(7, 16)
"""A number without its area code has 7 digits, and none in the world has more than 15."""


def _is_phone(text: str) -> bool:
    number = re.split(r"[xe]", text, maxsplit=1, flags=re.IGNORECASE)[0]
    digits = sum(character.isdigit() for character in number)
    return digits in _DIGITS and not _DATE_OR_YEARS.fullmatch(text.strip())


def fold(text: str) -> str:
    """The text for comparing: no capitals, no accents, no invisible characters, single spaces, nothing damaged.

    At most `GROWTH` times as long: what is compared must not outgrow what may be typed.
    """
    text = text.replace(DAMAGED, " ")
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.replace(_SENTENCE, _AS_SHORTENED)).translate(_BARE).casefold()
        text = unicodedata.normalize("NFC", unicodedata.normalize("NFKD", text).translate(_BARE_LETTERS))
    return " ".join(text.casefold().split())


class _Bare(dict[int, int | str | None]):
    """A translation that drops accents and invisible characters; each character is looked up once.

    Marks above, below and through letters are accents; the vowel signs of Indic and Thai script are letters.
    """

    def __missing__(self, code: int) -> int | str | None:
        character = chr(code)
        seen = unicodedata.combining(character) < _ACCENTS and unicodedata.category(character) != "Cf"
        self[code] = code if seen else None
        return self[code]


GROWTH = 8
"""How many times longer folding makes a text at most; hardly any text grows at all."""
_SENTENCE, _AS_SHORTENED = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}", "صلعم"
"""The one character that Unicode spells out in more letters than `GROWTH`, 18 of them, as people shorten it."""
_ACCENTS = 200
"""Unicode's combining classes from here on are accents."""
_BARE = _Bare()
_LETTERS = {"ø": "o", "ł": "l", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "’": "'"}
_BARE_LETTERS = _Bare({ord(letter): written for letter, written in _LETTERS.items()})
"""The same with the letters that Unicode does not take apart."""
_TITLES = frozenset({"dr", "prof", "professor", "mr", "mrs", "ms", "miss", "mx", "sir", "rev", "phd"})


def name_key(name: str) -> str:
    """The folded name without "Dr." and the like. Never blank for a name that is not."""
    return without_titles(fold(name))


def without_titles(folded: str) -> str:
    """The same of a name that is folded already."""
    words = [word.strip(".,") for word in folded.split()]
    return " ".join(word for word in words if word and word.replace(".", "") not in _TITLES) or folded


@dataclass(frozen=True)
class KnownContact:
    """What is compared of a contact; each text is folded once. `id` is 0 for one that is not stored."""

    id: int
    name: str
    organization: str = ""
    email: str | None = None

    @cached_property
    def key(self) -> str:
        """The name for comparing, in whatever order its words were written."""
        return " ".join(sorted(name_key(self.name).split()))

    @cached_property
    def place(self) -> str:
        """The organization for comparing."""
        return fold(self.organization)


Alike = Callable[[str, str], bool]
"""Whether two folded names are almost the same; whoever compares many brings a quick one."""


def likely_same(one: KnownContact, other: KnownContact, alike: Alike) -> bool:
    """Whether two entries are likely one person: the e-mail address, the name, or almost the name and the place."""
    emails = [fold(known.email or "") for known in (one, other)]
    if emails[0] and emails[0] == emails[1]:
        return True
    if not (one.key and other.key):
        return False
    if one.key == other.key:
        return True
    return bool(one.place) and one.place == other.place and alike(one.key, other.key)


def find_duplicate(new: KnownContact, others: Iterable[KnownContact], alike: Alike) -> KnownContact | None:
    """The first of `others` that is likely the same person as `new`."""
    return next((other for other in others if other.id != new.id and likely_same(new, other, alike)), None)


def with_note(notes: str, note: str, moment: datetime, zone: ZoneInfo | None) -> str:
    """The notes with a new one on top, under the day of `moment` in `zone` (None: in UTC, and it says so).

    The same note again on the same day is a double press and changes nothing. Raises BLANK for an empty note,
    TOO_LONG for one above 4,000 characters or when all together pass 20,000.
    """
    text = checked_text(note, "Note", NOTE_LIMIT)
    if is_damaged(notes):
        # Nobody can read what was there, and there is no other way to write notes again.
        notes = ""
    entry = f"{moment.astimezone(zone or UTC):%Y-%m-%d}{'' if zone else ' UTC'}\n{text}"
    if f"{notes}\n\n".startswith(f"{entry}\n\n"):
        return notes
    return checked_length(f"{entry}\n\n{notes}".strip(), "All notes together", NOTES_LIMIT)


_LONGEST_LINK = 512
"""Characters of an address that a button of Discord's holds."""
_LONGEST_HOST = 60
"""Characters of a host that its button can name in full."""
_SAFE = re.compile(
    r"https?://"
    r"(?P<host>(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24})"  # no login before it, no other alphabets
    r"(?::\d{1,5})?"
    r"(?:[/?#](?:[a-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9a-f]{2})*)?",
    re.IGNORECASE,
)


def web_address(text: str) -> tuple[str, str] | None:
    """The first web address in the text and the host that it leads to; None when it is not plain where that is.

    Only http and https; nothing that looks like one host and leads to another ("https://bank.com@evil.example"),
    and nothing that Discord would refuse as the address of a button.
    """
    address = read_reach(text).link or ""
    match = _SAFE.fullmatch(address)
    if match is None or len(address) > _LONGEST_LINK or len(match["host"]) > _LONGEST_HOST:
        return None
    return address, match["host"].lower()
