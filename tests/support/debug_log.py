"""The program's log with everybody turned up to DEBUG, and the search for what must not be in it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from bot import logs
from tests.support.canary_words import PHONE, STEM, Witness, marked, overheard, quoted, restored, turn_up
from tests.support.full_journey import MARK

TOKEN = f"MTIzNDU2Nzg5.{marked('token')}.words"
INTERACTION = "simcord_interaction_"
"""What the tokens begin with that let anybody answer in the bot's name for a quarter of an hour."""
SECRET = (STEM, MARK, INTERACTION, PHONE, "6543217")


class LoudError(RuntimeError):
    """An error that quotes."""


@contextmanager
def everybody_speaks() -> Iterator[Witness]:
    """The program's log at DEBUG, with everybody else turned up to it."""
    with restored(), overheard(*SECRET) as witness:
        logs.configure("DEBUG")
        turn_up()
        logging.getLogger().addHandler(witness)
        yield witness


def clean(capfd: pytest.CaptureFixture[str]) -> str:
    """Everything that was written so far, which quotes nobody."""
    out, err = capfd.readouterr()
    assert quoted(out + err, *SECRET) == []
    return out + err
