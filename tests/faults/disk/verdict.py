"""One trial of a disk: what was promised while it went on, and the verdict over it."""

import logging
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import time_machine

from bot.storage.sqlite.connection import BUSY_SECONDS
from tests.faults.disk.failures import FILE
from tests.faults.doubles.recording_discord import Discord

BEGIN = datetime(2026, 3, 2, 12, tzinfo=UTC)
"""A Monday at noon."""
PATIENCE = 3.0
"""Seconds in which Discord wants an answer."""
LINES = 6
"""More errors than these in the log are too many for one trouble."""


@dataclass(slots=True)
class Trial:
    """One bot, what it promised, and what became of it."""

    folder: Path
    clock: time_machine.Traveller
    log: list[logging.LogRecord]
    discord: Discord = field(default_factory=Discord)
    promised: dict[str, int] = field(default_factory=dict)
    """The to-dos that were acknowledged, and whose they are."""
    refused: list[str] = field(default_factory=list)
    slowest: float = 0.0
    """Seconds that the longest refusal took."""
    stall: float = 0.0
    """Seconds that the event loop stood still at most."""
    broken: list[str] = field(default_factory=list)

    def expect(self, held: bool, promise: str) -> None:
        """Note a promise that was broken."""
        if not held:
            self.broken.append(promise)


@contextmanager
def on_trial(folder: Path) -> Iterator[Trial]:
    """A clock, and a log that is kept instead of shown."""
    heard: list[logging.LogRecord] = []
    handler = logging.Handler(logging.INFO)
    handler.emit = heard.append  # type: ignore[assignment,method-assign]
    log = logging.getLogger("bot")
    log.addHandler(handler)
    shown, log.propagate = log.propagate, False
    try:
        with time_machine.travel(BEGIN, tick=True) as clock:
            yield Trial(folder, clock, heard)
    finally:
        log.removeHandler(handler)
        log.propagate = shown


def held_up(trial: Trial) -> Iterator[str]:
    """What took too long, on a machine that does nothing else."""
    if not trial.slowest < BUSY_SECONDS + 1 <= PATIENCE:
        yield f"a refusal took {trial.slowest:.1f} s"
    if trial.stall >= 1:
        yield f"the loop stood still for {trial.stall:.1f} s"


def judge(trial: Trial) -> None:
    """Hold what is in the file, and what the students saw, against what was promised."""
    with closing(sqlite3.connect(trial.folder / FILE)) as reader:
        trial.expect(reader.execute("PRAGMA integrity_check").fetchone() == ("ok",), "the file is not whole")
        kept = dict(reader.execute("SELECT text, owner_id FROM todos"))
        rows = list(reader.execute("SELECT id, status, reason FROM reminders"))
    missing, halves = trial.promised.items() - kept.items(), kept.keys() & set(trial.refused)
    trial.expect(not missing, f"acknowledged and not there: {sorted(missing)}")
    trial.expect(not halves, f"refused and there: {sorted(halves)}")
    unsent = [row for row in rows if row[1] != "sent"]
    trial.expect(not unsent and len(rows) >= len(trial.promised), f"{len(rows)} reminders, not sent: {unsent}")
    shown = Counter(number for message in trial.discord.messages for number in message.reminders)
    trial.expect(set(shown) >= {row[0] for row in rows}, "marked as sent, and nobody saw it")
    trial.expect(
        max(shown.values(), default=1) == 1, f"seen more than once: {[one for one in shown if shown[one] > 1]}"
    )
    loud = [record for record in trial.log if record.levelno >= logging.ERROR]
    trial.expect(len(loud) <= LINES, f"{len(loud)} errors in the log")
