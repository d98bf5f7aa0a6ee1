"""Encryption at rest: a text is sealed with a key on its way into the database, and opened on its way out.

What is sealed is bound to its place: the table, the column and the student that it was written for. Anywhere else
it is damage. What is sealed begins with one mark, and a plain text that would begin like a mark is given another:

    Ana Ruiz                        with a key:     rapport:sealed:2:mZk3...
                                    once, with it:  rapport:sealed:gAAAAAB...
    rapport:sealed: so I begin      without:        rapport:plain:rapport:sealed: so I begin

So nothing that a student types passes for something sealed. What is plain, or sealed as it once was, is read until
`strict`: from then on nothing but what is bound is taken for a student's words. Empty texts stay empty.
"""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING

from bot.storage.columns.place import CellPlace

if TYPE_CHECKING:
    from bot.storage.columns.cipher import Cipher

PLAIN = "plain"
"""In the place of the first key: what is sealed can be read, and what is written from now on is not sealed."""

OURS = "rapport:"
OLDER = f"{OURS}sealed:"
BOUND = f"{OLDER}2:"
_ESCAPED = f"{OURS}plain:"


class DamagedError(Exception):
    """A text was changed, was moved here from another place, or is under a key that is not given. Not quoted."""


class Kept(Enum):
    """How a text is kept."""

    PLAIN = auto()
    OLDER = auto()
    """Sealed for no place, as by the first release."""
    BOUND = auto()


def how_kept(stored: str) -> Kept:
    """Told from its beginning."""
    if stored.startswith(BOUND):
        return Kept.BOUND
    return Kept.OLDER if stored.startswith(OLDER) else Kept.PLAIN


def new_key() -> str:
    """A key that nobody has had before: 32 bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


class Seal:
    """Seals with the first of its keys and opens with any; without keys it keeps texts as they are."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        """`keys`: as `new_key` makes them; the first may be `PLAIN`. Raises ValueError for what is no key."""
        self._key = next(iter(keys), PLAIN)
        self._first: Cipher | None = None
        self._any: tuple[Cipher, ...] = ()
        self.strict = False
        """Whether all that students wrote is bound in this database, so that anything else is damage."""
        self.damaged: set[CellPlace] = set()
        """Where damage was found since the start."""
        if secret := [key for number, key in enumerate(keys) if number or key != PLAIN]:
            # Not above: a bot without keys needs neither the package nor the memory that it takes.
            from bot.storage.columns import cipher  # noqa: PLC0415

            self._any = tuple(map(cipher.Cipher, secret))
            self._first = None if self._key == PLAIN else self._any[0]

    @property
    def seals(self) -> bool:
        """Whether it has a key to seal with."""
        return self._first is not None

    @property
    def opens(self) -> bool:
        """Whether it has any key."""
        return bool(self._any)

    @property
    def name(self) -> str:
        """What the first key is known by, without giving it away."""
        return hashlib.sha256(self._key.encode()).hexdigest()[:16]

    def close(self, text: str, place: CellPlace) -> str:
        """What is stored of `text`, at its `place`."""
        if text and self._first is not None:
            return BOUND + self._first.close(text, place)
        return _ESCAPED + text if text.startswith(OURS) else text

    def open(self, stored: str, place: CellPlace, *, older: bool = False) -> str:
        """The text again, which was found at `place`. Raises DamagedError.

        `older`: take what is bound to no place also when it is `strict`.
        """
        if not stored:
            return stored
        kept = how_kept(stored)
        if self.strict and kept is not Kept.BOUND and not older:
            raise DamagedError
        if kept is Kept.PLAIN:
            return stored.removeprefix(_ESCAPED)
        if (text := self._opened(stored, place, self._any)) is None:
            raise DamagedError
        return text

    def is_current(self, stored: str, place: CellPlace) -> bool:
        """Whether `stored` is as `close` would store it today at `place`: under the first key, or not sealed."""
        if self._first is None:
            return how_kept(stored) is Kept.PLAIN
        bound = how_kept(stored) is Kept.BOUND
        return not stored or (bound and self._opened(stored, place, (self._first,)) is not None)

    @staticmethod
    def _opened(stored: str, place: CellPlace, ciphers: "Sequence[Cipher]") -> str | None:
        """By the first that can."""
        if how_kept(stored) is Kept.BOUND:
            found = (cipher.open(stored.removeprefix(BOUND), place) for cipher in ciphers)
        else:
            found = (cipher.open_older(stored.removeprefix(OLDER)) for cipher in ciphers)
        return next((text for text in found if text is not None), None)
