"""One key, and what it does to texts; from the `cryptography` library, which is loaded with the first key.

Each student has a key of their own, derived from the operator's with HKDF-SHA256, and each text is AES-256-GCM
under it with a random 96-bit nonce. Random nonces bear 2^32 texts under one key, which all students of all years
might come near, and one student never. Table, column and student are AES-GCM's associated data.
"""

import base64
import os
from binascii import a2b_base64, b2a_base64
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.storage.columns.place import CellPlace

_NONCE = 12
_PURPOSE = b"rapport: what a student wrote, "
_STUDENTS = 1_024
"""Whose keys are at hand: deriving one takes longer than to open a text."""


class Cipher:
    """Closes and opens with one key. What does not open is None."""

    def __init__(self, key: str) -> None:
        """`key`: 32 bytes in URL-safe base64. Raises ValueError for anything else."""
        self._fernet = Fernet(key)
        self._secret = base64.urlsafe_b64decode(key)
        self._of = lru_cache(_STUDENTS)(self._derive)

    def _derive(self, student: int) -> AESGCM:
        derived = HKDF(SHA256(), length=32, salt=None, info=_PURPOSE + str(student).encode())
        return AESGCM(derived.derive(self._secret))

    def close(self, text: str, place: CellPlace) -> str:
        """The text sealed for its place, in base64."""
        nonce = os.urandom(_NONCE)
        closed = self._of(place.student).encrypt(nonce, text.encode(), place.context)
        return b2a_base64(nonce + closed, newline=False).decode()

    def open(self, token: str, place: CellPlace) -> str | None:
        """What was closed for this place."""
        try:
            kept = a2b_base64(token, strict_mode=True)
            return self._of(place.student).decrypt(kept[:_NONCE], kept[_NONCE:], place.context).decode()
        except (InvalidTag, ValueError):
            return None

    def open_older(self, token: str) -> str | None:
        """What the first release sealed, for no place in particular."""
        try:
            return self._fernet.decrypt(token.encode()).decode()
        except InvalidToken:
            return None
