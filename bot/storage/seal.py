"""Encryption at rest: a text is sealed with a key on its way into the database, and opened on its way out.

What is sealed begins with one mark, and a plain text that would begin like a mark is given another. So nothing that
a student types passes for something sealed, and texts from before keys were set are read as they are:

    Ana Ruiz                        with a key:     rapport:sealed:gAAAAAB...
                                    without:        Ana Ruiz
    rapport:sealed: so I begin      without:        rapport:plain:rapport:sealed: so I begin

Empty texts stay empty.
"""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet, MultiFernet

PLAIN = "plain"
"""In the place of the first key: what is sealed can be read, and what is written from now on is not sealed."""

_OURS = "rapport:"
_SEALED = f"{_OURS}sealed:"
_ESCAPED = f"{_OURS}plain:"


class UnknownKeyError(Exception):
    """A text was sealed with a key that is not given, or is damaged. The text is not repeated here."""


def new_key() -> str:
    """A key that nobody has had before: 32 bytes in URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


class Seal:
    """Seals with the first of its keys and opens with any; without keys it keeps texts as they are."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        """`keys`: as `new_key` makes them; the first may be `PLAIN`. Raises ValueError for what is no key."""
        self._key = next(iter(keys), PLAIN)
        self._first: Fernet | None = None
        self._any: MultiFernet | None = None
        self._refusal: type[Exception] = UnknownKeyError
        if secret := [key for number, key in enumerate(keys) if number or key != PLAIN]:
            # Not above: a bot without keys needs neither the package nor the memory that it takes.
            from cryptography import fernet  # noqa: PLC0415

            every = [fernet.Fernet(key) for key in secret]
            self._any = fernet.MultiFernet(every)
            self._first = None if self._key == PLAIN else every[0]
            self._refusal = fernet.InvalidToken

    @property
    def seals(self) -> bool:
        """Whether it has a key to seal with."""
        return self._first is not None

    @property
    def opens(self) -> bool:
        """Whether it has any key."""
        return self._any is not None

    @property
    def name(self) -> str:
        """What the first key is known by, without giving it away."""
        return hashlib.sha256(self._key.encode()).hexdigest()[:16]

    def close(self, text: str) -> str:
        """What is stored of `text`."""
        if text and self._first is not None:
            return _SEALED + self._first.encrypt(text.encode()).decode()
        return _ESCAPED + text if text.startswith(_OURS) else text

    def open(self, stored: str) -> str:
        """The text again. Raises UnknownKeyError."""
        if not stored.startswith(_OURS):
            return stored
        if stored.startswith(_SEALED):
            return self._opened(stored.removeprefix(_SEALED), self._any)
        return stored.removeprefix(_ESCAPED)

    def is_current(self, stored: str) -> bool:
        """Whether `stored` is as `close` would store it today: under the first key, or not sealed."""
        if self._first is None:
            return not stored.startswith(_SEALED)
        if not stored.startswith(_SEALED):
            return not stored
        try:
            self._opened(stored.removeprefix(_SEALED), self._first)
        except UnknownKeyError:
            return False
        return True

    def _opened(self, token: str, keys: "Fernet | MultiFernet | None") -> str:
        if keys is None:
            raise UnknownKeyError
        try:
            return keys.decrypt(token.encode()).decode()
        except self._refusal:
            raise UnknownKeyError from None
