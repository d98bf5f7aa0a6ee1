"""The log by itself: what it leaves out of errors that nobody takes and of what libraries say, and its levels."""

import asyncio
import base64
import gc
import logging
import sys
import threading
import warnings

import pytest

from bot import logs
from tests.support.canary_words import STEM, marked, quoted, restored
from tests.support.debug_log import LoudError, clean, everybody_speaks


class Unfinished:
    """Fails where nobody can take it."""

    def __del__(self) -> None:
        raise LoudError(marked("deleted"))


async def test_errors_that_nobody_takes(capfd: pytest.CaptureFixture[str]) -> None:
    async def task() -> None:
        raise LoudError(marked("task"))

    def call(words: str) -> None:
        raise LoudError(words)

    with everybody_speaks() as witness:
        running = asyncio.create_task(task(), name=marked("taskname"))
        asyncio.get_running_loop().call_soon(call, marked("call"))
        thread = threading.Thread(target=call, args=(marked("thread"),))
        thread.start()
        await asyncio.wait([running])
        thread.join()
        del running
        Unfinished()
        gc.collect()
        with warnings.catch_warnings():
            warnings.simplefilter("always")
            warnings.warn(marked("warning"), stacklevel=1)
        sys.excepthook(LoudError, LoudError(marked("crash")), None)
        said = clean(capfd)
    assert said.count("LoudError\n") >= 4
    assert "UserWarning in " in said
    assert "the bot has ended with an error that nobody took" in said
    assert "asyncio" in witness.told


def library(words: str) -> None:
    """A library that says as much as it can, in every way that logging knows."""
    log = logging.getLogger("somebody.else")
    for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
        log.log(level, "heard %s from %r, %d times in %.1f s", words, {words: words}, 3, 1.5)
        log.log(level, f"heard {words}")  # noqa: G004 - what others do
        log.log(level, "heard %(what)s", {"what": words})
        log.log(level, "too few places %s", words, words)
        log.log(level, LoudError(words))
        log.log(level, "with an error", exc_info=LoudError(words), stack_info=True)


def test_of_what_a_library_says_only_its_own_words_stay(capfd: pytest.CaptureFixture[str]) -> None:
    with everybody_speaks() as witness:
        library(marked("said"))
        said = clean(capfd)
    assert "ERROR   somebody.else: test_log_format.py, line " in said
    assert "heard <str> from '<dict>', 3 times in 1.5 s" in said
    assert "heard <str>\n" in said
    assert "INFO" not in said
    assert "DEBUG" not in said
    assert "LoudError" in said
    assert witness.told == {"somebody"}


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "WARNING", "ERROR"])
def test_our_own_lines_follow_the_level(capfd: pytest.CaptureFixture[str], level: str) -> None:
    number = logging.getLevelNamesMapping()[level]
    with restored():
        logs.configure(level)
        for each in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            for name in ("bot.ui.dispatch.errors", "cogs.home"):
                logging.getLogger(name).log(each, "line at %d", each)
        said = capfd.readouterr().err
    for each in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
        assert said.count(f"line at {each}\n") == (2 if each >= number else 0)


@pytest.mark.parametrize("written", ["{}", "ab{}c", "%27{}%27", STEM.upper(), f"{STEM.lower()}.local@x.example"])
def test_the_search_knows_other_spellings(written: str) -> None:
    plain = written.format(STEM)
    assert quoted(f"first\n{plain}\nlast", STEM) == [plain]
    for length in range(4):
        encoded = base64.b64encode(b"x" * length + plain.encode() + b"yz").decode()
        assert quoted(encoded, STEM) == [encoded]
    assert quoted(plain.encode().hex(), STEM)
    assert quoted("nothing of the kind", STEM) == []
