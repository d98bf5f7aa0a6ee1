"""Marked words, and the search for them in whatever was written, however they are spelled there."""

import base64
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

STEM = "Zqxjvorp"
"""Letters that stand together in nothing that anybody would write."""
PHONE = "+49 1987 654 3217"


def marked(what: str) -> str:
    """A word that says where it was typed, and that a search finds."""
    return STEM + what


def loggers() -> list[logging.Logger]:
    """Everybody's, the root of them first."""
    known = logging.root.manager.loggerDict.values()
    return [logging.root, *(logger for logger in known if isinstance(logger, logging.Logger))]


def turn_up() -> None:
    """Let everybody say everything, as somebody might who looks for a fault."""
    for logger in loggers():
        logger.setLevel(logging.DEBUG)


def quoted(text: str, *words: str) -> list[str]:
    """The lines of `text` in which one of `words` stands: in any case, or as base64 or hexadecimal digits."""
    exact = {spelling for word in words for spelling in _encoded(word)}
    folded = [word.casefold() for word in words]
    return [
        line
        for line in text.splitlines()
        if any(word in line.casefold() for word in folded) or any(spelling in line for spelling in exact)
    ]


def _encoded(word: str) -> Iterator[str]:
    for written in {word, word.lower(), word.upper()}:
        raw = written.encode()
        yield raw.hex()
        for skipped in range(3):
            # Base64 knows groups of three bytes, which may begin at any letter of the word.
            whole = raw[skipped : skipped + (len(raw) - skipped) // 3 * 3]
            if len(whole) >= _TELLING:
                yield base64.b64encode(whole).decode()


_TELLING = 6
"""Bytes whose base64 does not come up by accident."""


class Witness(logging.Handler):
    """Hears everything that anybody tells the loggers, and which of them spoke of `words`."""

    def __init__(self, *words: str) -> None:
        super().__init__(logging.DEBUG)
        self._words = [word.casefold() for word in words]
        self.told: set[str] = set()
        """First words of the names of the loggers that were told one of the words."""

    def emit(self, record: logging.LogRecord) -> None:
        """Look through the line and the error that comes with it."""
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        said = f"{record.msg} {record.args} {error}".casefold()
        if any(word in said for word in self._words):
            self.told.add(record.name.split(".")[0])


@contextmanager
def overheard(*words: str) -> Iterator[Witness]:
    """A witness in the block."""
    witness = Witness(*words)
    root = logging.getLogger()
    root.addHandler(witness)
    try:
        yield witness
    finally:
        root.removeHandler(witness)


@contextmanager
def restored() -> Iterator[None]:
    """Whatever the block does to the loggers and to Python's own reports, it is undone afterwards."""
    hooks = [(place, name, getattr(place, name)) for place, name in _HOOKS]
    before = [(logger, logger.level, logger.handlers[:]) for logger in loggers()]
    try:
        yield
    finally:
        for place, name, value in hooks:
            setattr(place, name, value)
        for logger in loggers():
            logger.setLevel(logging.NOTSET)
        for logger, level, handlers in before:
            logger.setLevel(level)
            logger.handlers[:] = handlers


_HOOKS = (
    (sys, "excepthook"),
    (sys, "unraisablehook"),
    (threading, "excepthook"),
    (warnings, "showwarning"),
    (logging, "raiseExceptions"),
)
