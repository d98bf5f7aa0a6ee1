"""The power goes at any moment, on a disk that keeps little: is every acknowledged commit still there, and whole?

1. A journey through the real use cases notes every statement that the bot gives to SQLite (`power_journey.py`).
2. The statements are said again to SQLite on a disk that notes every operation (`disk_model.py`), and after each
   acknowledged commit what all the tables hold is noted too.
3. A cut is a moment between two operations, and one way in which what was not synced is kept, lost or torn. The
   files that it leaves are opened as the bot opens them, with the SQLite that the bot runs on. The tables must be
   whole and hold exactly what was acknowledged before the cut, or that and the one commit that was under way.

Half of the cuts are made with SQLite's usual checkpoints (here: when the bot stops), half with one every few pages,
so that checkpoints are cut about as often as commits. Cuts with less than `synchronous=FULL` show that
the trial bites: NORMAL has to lose acknowledged commits, OFF has to corrupt the file.
"""

import hashlib
import sqlite3
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import takewhile
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import apsw

from tests.faults.power.disk_model import Acknowledged, Disk, Op, Recorder, dice
from tests.faults.power.workload import Life, record
from tests.faults.report import Report

FILE = "rapport.sqlite3"
FEW_PAGES = 12
"""A checkpoint after so many pages of log comes about every second commit."""
BLOCK = 2_500
"""Cuts that one process makes in a row; with more than that, every core takes part."""
BITES = 100
"""Cuts with each of the settings that are not safe."""
NORMAL, OFF = "PRAGMA synchronous=NORMAL", "PRAGMA synchronous=OFF"
OFTEN = f"PRAGMA wal_autocheckpoint={FEW_PAGES}"

HELD, MISSING, CORRUPT = "held", "missing", "corrupt"


@dataclass(frozen=True, slots=True)
class Tape:
    """What one run of the journey did to the disk."""

    name: str
    ops: tuple[Op, ...]
    states: tuple[str, ...]
    """What the tables held, before the first commit and after each: as many as acknowledgements, and one."""
    settings: tuple[str, ...]
    """What the bot says to each connection that it opens."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found after one cut."""

    verdict: str
    """HELD, MISSING (an older state, whole, without all that was acknowledged) or CORRUPT (anything else)."""
    missing: int
    """Acknowledged commits that are gone."""
    line: str
    """Where it happened and what is needed to see it again."""


def run(size: int, seed: int) -> Report:
    """Make `size` cuts of a journey, and a hundred with each setting that must not hold."""
    lives = record()
    usual, often = play(lives, "usual"), play(lives, "often", OFTEN)
    outcomes = [*cuts(usual, (size + 1) // 2, seed), *cuts(often, size // 2, seed)]
    normal = cuts(play(lives, "normal", NORMAL, OFTEN), BITES, seed)
    off = cuts(play(lives, "off", OFF, OFTEN), BITES, seed)
    figures = {
        "commits in the journey": len(usual.states) - 1,
        "disk operations": len(usual.ops) + len(often.ops),
        "acknowledged commits missing": sum(outcome.missing for outcome in outcomes),
        "corrupt": sum(outcome.verdict == CORRUPT for outcome in outcomes),
        "share of cuts that lose commits with NORMAL": share(normal, MISSING),
        "share of cuts that corrupt with OFF": share(off, CORRUPT),
    }
    broken = [outcome.line for outcome in outcomes if outcome.verdict != HELD]
    if not share(normal, MISSING) or not share(off, CORRUPT):
        broken.append(f"the simulated disk of seed {seed} does no harm, so the trial shows nothing")
    return Report("power", size, figures, tuple(broken))


def share(outcomes: Sequence[Outcome], verdict: str) -> float:
    """The part (0..1) of the cuts that ended in `verdict`."""
    return sum(outcome.verdict == verdict for outcome in outcomes) / max(1, len(outcomes))


def play(lives: Sequence[Life], name: str, *settings: str) -> Tape:
    """Say the journey to SQLite on the noting disk, with `settings` after what the bot sets on a connection."""
    states = [dump(lambda _: ())]
    with tempfile.TemporaryDirectory() as folder, Recorder() as disk:
        for life in lives:
            connections: dict[int, apsw.Connection] = {}
            for said in life:
                if said.connection not in connections:
                    connections[said.connection] = apsw.Connection(str(Path(folder) / FILE), vfs=disk.NAME)
                connection = connections[said.connection]
                if said.sql.startswith("BEGIN"):
                    for setting in settings:
                        connection.execute(setting).fetchall()
                connection.execute(said.sql).fetchall()
                if not connection.in_transaction and (state := dump(connection.execute)) != states[-1]:
                    states.append(state)
                    disk.ops.append(Acknowledged())
            for connection in connections.values():
                connection.close()
        return Tape(name, tuple(disk.ops), tuple(states), settings_of(lives))


def settings_of(lives: Sequence[Life]) -> tuple[str, ...]:
    """What the bot says to a connection before its first transaction."""
    said = (statement.sql for statement in lives[0] if statement.connection == lives[0][0].connection)
    return tuple(takewhile(lambda sql: not sql.startswith("BEGIN"), said))


def dump(execute: Callable[[str], Iterable[tuple[Any, ...]]]) -> str:
    """A digest of all tables and all their rows."""
    schema = list(execute("SELECT type, name, sql FROM sqlite_master ORDER BY type, name"))
    digest = hashlib.blake2b(repr(schema).encode(), digest_size=16)
    for kind, name, _ in schema:
        if kind == "table":
            digest.update(repr(list(execute(f'SELECT * FROM "{name}"'))).encode())  # noqa: S608 - our own tables
    return digest.hexdigest()


def cuts(tape: Tape, size: int, seed: int) -> list[Outcome]:
    """Cut the power `size` times. Every cut follows from the seed and its number alone, however many there are."""
    blocks = [range(start, min(start + BLOCK, size)) for start in range(0, size, BLOCK)]
    if len(blocks) < 2:
        return [outcome for block in blocks for outcome in _block(tape, seed, block)]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as workers:
        return [outcome for done in workers.map(partial(_block, tape, seed), blocks) for outcome in done]


def _block(tape: Tape, seed: int, numbers: Sequence[int]) -> list[Outcome]:
    """The cuts with these numbers, made in the order of the tape, so that it runs only once."""
    chances = {number: dice(seed, tape.name, number) for number in numbers}
    moments = defaultdict(list)
    for number, chance in chances.items():
        moments[chance.randint(0, len(tape.ops))].append(number)
    disk, acknowledged, outcomes = Disk(), 0, dict[int, Outcome]()
    with tempfile.TemporaryDirectory() as folder:
        for moment in range(len(tape.ops) + 1):
            for number in moments[moment]:
                found = reopen(Path(folder), disk.cut(chances[number]), tape.settings)
                verdict, missing = judge(tape.states, acknowledged, found)
                line = f"seed {seed}, tape {tape.name}, cut {number} before operation {moment}: {verdict} {missing}"
                outcomes[number] = Outcome(verdict, missing, line)
            if moment < len(tape.ops):
                disk.take(tape.ops[moment])
                acknowledged += isinstance(tape.ops[moment], Acknowledged)
    return [outcomes[number] for number in numbers]


def reopen(folder: Path, files: Mapping[str, bytes], settings: Iterable[str]) -> str | None:
    """Open what a cut has left; returns what the tables hold, or None for a database that is not whole."""
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    try:
        with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as connection:
            # Last comes one for speed: nothing is cut a second time.
            for setting in (*settings, OFF):
                connection.execute(setting).fetchall()
            if connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
                return None
            return dump(connection.execute)
    except sqlite3.Error:
        return None


def judge(states: Sequence[str], acknowledged: int, found: str | None) -> tuple[str, int]:
    """What became of the promise, and how many acknowledged commits are gone."""
    if found in states[acknowledged : acknowledged + 2]:
        return HELD, 0
    if found in states[:acknowledged]:
        return MISSING, acknowledged - max(n for n, state in enumerate(states[:acknowledged]) if state == found)
    return CORRUPT, 0
