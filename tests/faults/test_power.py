"""The power goes a thousand times, and the trial itself is tried: a disk or a setting that loses data is caught."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.faults.power import trial as power
from tests.faults.power.disk_model import Acknowledged, Create, Delete, Disk, Op, Sync, Truncate, Write, dice
from tests.faults.power.workload import Life, record

SEED = 20260302
FILE, LOG = power.FILE, f"{power.FILE}-wal"


@pytest.fixture(scope="module")
def lives() -> tuple[Life, ...]:
    return record()


@pytest.fixture(scope="module")
def often(lives: Sequence[Life]) -> power.Tape:
    return power.play(lives, "often", power.OFTEN)


def test_a_thousand_power_cuts_lose_nothing_that_was_acknowledged() -> None:
    report = power.run(1000, SEED)
    assert report.broken == ()
    assert report.tried == 1000
    assert report.figures["commits in the journey"] > 200
    assert report.figures["acknowledged commits missing"] == report.figures["corrupt"] == 0


def test_normal_loses_commits_and_keeps_the_file_whole(lives: Sequence[Life]) -> None:
    outcomes = power.cuts(power.play(lives, "normal", power.NORMAL, power.OFTEN), 150, SEED)
    assert power.share(outcomes, power.MISSING) > 0.2
    assert power.share(outcomes, power.CORRUPT) == 0


def test_off_corrupts(lives: Sequence[Life]) -> None:
    outcomes = power.cuts(power.play(lives, "off", power.OFF, power.OFTEN), 60, SEED)
    assert power.share(outcomes, power.CORRUPT) > 0.1


@pytest.mark.parametrize(("name", "verdict"), [(LOG, power.MISSING), (FILE, power.CORRUPT)])
def test_a_disk_that_lies_about_one_file_is_caught(often: power.Tape, name: str, verdict: str) -> None:
    lying = tuple(op for op in often.ops if not (isinstance(op, Sync) and op.name == name))
    assert power.share(power.cuts(replace(often, ops=lying), 60, SEED), verdict) > 0


def test_a_commit_that_is_acknowledged_too_early_is_caught(often: power.Tape) -> None:
    ops = list(often.ops)
    for at in [number for number, op in enumerate(ops) if isinstance(op, Acknowledged)]:
        before = max(number for number in range(at) if isinstance(op := ops[number], Sync) and op.name == LOG)
        ops.insert(before, ops.pop(at))
    assert power.share(power.cuts(replace(often, ops=tuple(ops)), 200, SEED), power.MISSING) > 0


def test_the_settings_are_the_ones_that_the_bot_makes(often: power.Tape) -> None:
    assert {"PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"} <= set(often.settings)


def test_checkpoints_are_among_what_is_cut(often: power.Tape) -> None:
    assert sum(isinstance(op, Sync) and op.name == FILE for op in often.ops) > 20
    assert sum(isinstance(op, Delete) and op.name == LOG for op in often.ops) > 1


def test_a_cut_follows_from_the_seed_and_its_number(often: power.Tape) -> None:
    assert power.cuts(often, 40, SEED)[:20] == power.cuts(often, 20, SEED)
    assert [cut.line for cut in power.cuts(often, 20, SEED)] != [
        cut.line for cut in power.cuts(often, 20, SEED + 1)
    ]


@pytest.mark.parametrize(
    ("found", "outcome"),
    [
        ("two", (power.HELD, 0)),
        ("three", (power.HELD, 0)),
        ("one", (power.MISSING, 1)),
        ("empty", (power.MISSING, 2)),
        ("four", (power.CORRUPT, 0)),
        ("half of three", (power.CORRUPT, 0)),
        (None, (power.CORRUPT, 0)),
    ],
)
def test_what_was_acknowledged_or_was_under_way_is_all_that_may_be_found(
    found: str | None, outcome: tuple[str, int]
) -> None:
    assert power.judge(["empty", "one", "two", "three", "four"], 2, found) == outcome


def test_a_file_that_is_no_database_is_not_whole(tmp_path: Path) -> None:
    assert power.reopen(tmp_path, {FILE: b"no database " * 1000}, ()) is None


def after(ops: Sequence[Op]) -> Disk:
    disk = Disk()
    for op in ops:
        disk.take(op)
    return disk


def ways(*ops: Op) -> set[bytes | None]:
    """Everything that a file can be after a cut."""
    return {after(ops).cut(dice(seed)).get("f") for seed in range(300)}


def test_what_was_synced_survives_and_a_new_file_only_with_its_folder() -> None:
    made = Create("f"), Write("f", 0, b"safe")
    assert ways(*made, Sync("f", folder=True)) == {b"safe"}
    assert ways(*made, Sync("f", folder=False)) == {b"safe", None}
    assert {None, b"", b"safe", b"sa", b"\0\0\0e"} <= ways(*made)


def test_a_deleted_file_can_come_back_until_the_folder_is_synced() -> None:
    kept = Create("f"), Write("f", 0, b"old"), Sync("f", folder=True)
    assert ways(*kept, Delete("f", folder=False)) == {b"old", None}
    assert ways(*kept, Delete("f", folder=True)) == {None}
    again = *kept, Delete("f", folder=False), Create("f"), Write("f", 0, b"n"), Sync("f", folder=False)
    assert ways(*again) == {b"old", None, b"n"}
    assert ways(*again, Sync("f", folder=True)) == {b"n"}


def test_a_truncation_is_kept_or_lost() -> None:
    kept = Create("f"), Write("f", 0, b"long"), Sync("f", folder=True)
    assert ways(*kept, Truncate("f", 1)) == {b"long", b"l"}
    assert ways(*kept, Truncate("f", 1), Sync("f", folder=False)) == {b"l"}


def test_sectors_of_one_write_have_fates_of_their_own() -> None:
    kept = Create("f"), Write("f", 0, b"o" * 1024), Sync("f", folder=True)
    found = ways(*kept, Write("f", 0, b"n" * 1024))
    assert {b"o" * 1024, b"n" * 1024, b"n" * 512 + b"o" * 512, b"o" * 512 + b"n" * 512} <= found
    assert len(found) > 20  # torn ones


writes = st.lists(st.builds(Write, st.just("f"), st.integers(0, 1500), st.binary(min_size=1, max_size=1200)))


@given(synced=writes, loose=writes, seed=st.integers())
def test_every_byte_left_was_safe_or_written_since(synced: list[Write], loose: list[Write], seed: int) -> None:
    disk = after([Create("f"), *synced, Sync("f", folder=True)])
    safe = disk.cut(dice(0))["f"]
    for op in loose:
        disk.take(op)
    left = disk.cut(dice(seed))["f"]
    for place, byte in enumerate(left):
        since = {op.data[place - op.offset] for op in loose if op.offset <= place < op.offset + len(op.data)}
        assert byte in since | {safe[place] if place < len(safe) else 0}
    assert len(left) >= len(safe)
