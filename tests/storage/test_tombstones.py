"""The note of who was erased: it names nobody, it is never lost, and it holds only for what they had then."""

import codecs
import multiprocessing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.storage.privacy.tombstones import NAME, Tombstones

THEN, NOW = datetime(2026, 3, 2, 15, 4, 5, 678901, tzinfo=UTC), datetime(2026, 3, 9, tzinfo=UTC)
MAYA, TOM = 1478149904793600015, 1478149904793600016


@pytest.fixture
def tombstones(tmp_path: Path) -> Tombstones:
    return Tombstones(tmp_path / "not there yet")


def test_nobody_was_erased_where_there_is_no_note(tombstones: Tombstones) -> None:
    assert tombstones.among([(MAYA, THEN)]) == []
    assert not tombstones.file.exists()


def test_it_holds_for_what_they_had_and_for_nothing_since(tombstones: Tombstones) -> None:
    tombstones.add(MAYA, THEN, NOW)
    again = Tombstones(tombstones.file.parent)
    users = [(MAYA, THEN), (MAYA, THEN + timedelta(microseconds=1)), (TOM, THEN)]
    assert again.among(users) == [MAYA]
    # The moment is the same, whatever clock it is told by.
    assert again.among([(MAYA, THEN.astimezone())]) == [MAYA]


def test_it_names_nobody_and_only_its_owner_reads_it(tombstones: Tombstones) -> None:
    tombstones.add(MAYA, THEN, NOW)
    text = tombstones.file.read_text(encoding="utf-8")
    assert str(MAYA) not in text
    assert "2026-03-02" not in text
    assert tombstones.file.stat().st_mode & 0o077 == 0
    key, line = text.splitlines()
    assert (key.split()[0], line.split()[0]) == ("key", "2026-03-09")
    # Elsewhere the same student looks otherwise.
    other = Tombstones(tombstones.file.parent / "other")
    other.add(MAYA, THEN, NOW)
    assert line.split()[1] not in other.file.read_text(encoding="utf-8")


def test_what_did_not_come_about_is_withdrawn_and_may_come_about_later(tombstones: Tombstones) -> None:
    tombstones.add(MAYA, THEN, NOW)
    tombstones.add(TOM, THEN, NOW)
    tombstones.withdraw(MAYA, THEN)
    assert tombstones.among([(MAYA, THEN), (TOM, THEN)]) == [TOM]
    tombstones.add(MAYA, THEN, NOW)
    assert tombstones.among([(MAYA, THEN), (TOM, THEN)]) == [MAYA, TOM]


def test_files_are_merged_by_putting_one_behind_the_other(tmp_path: Path) -> None:
    one, two = Tombstones(tmp_path / "one"), Tombstones(tmp_path / "two")
    one.add(MAYA, THEN, NOW)
    two.add(TOM, THEN, NOW)
    for order in ((one, two), (two, one), (one, one, two, two)):
        merged = Tombstones(tmp_path / f"merged{len(list(tmp_path.iterdir()))}")
        merged.file.parent.mkdir()
        merged.file.write_text("".join(part.file.read_text(encoding="utf-8") for part in order), encoding="utf-8")
        merged.add(3, THEN, NOW)
        assert merged.among([(MAYA, THEN), (TOM, THEN), (3, THEN), (4, THEN)]) == [MAYA, TOM, 3]


@pytest.mark.parametrize("remark", ["# gelöscht, siehe Wiki\n", "\ufeff", "gelöscht " + "0" * 64 + "\n"])
def test_another_file_is_taken_in_whatever_else_stands_in_it(tmp_path: Path, remark: str) -> None:
    here, there = Tombstones(tmp_path / "here"), Tombstones(tmp_path / "there")
    here.add(MAYA, THEN, NOW)
    there.add(TOM, THEN, NOW)
    there.file.write_text("\n" + remark + there.file.read_text(encoding="utf-8"), encoding="utf-8")
    assert here.take_in(there)
    assert here.among([(MAYA, THEN), (TOM, THEN)]) == [MAYA, TOM]
    assert there.names() < here.names()
    assert not here.take_in(there), "it is all there already"


def test_a_mark_between_two_files_makes_nothing_void(tmp_path: Path) -> None:
    first, second = (Tombstones(tmp_path / name) for name in ("first", "second"))
    first.add(MAYA, THEN, NOW)
    second.add(TOM, THEN, NOW)
    with first.file.open("ab") as both:
        both.write(codecs.BOM_UTF8 + second.file.read_bytes())
    assert sorted(first.among([(MAYA, THEN), (TOM, THEN)])) == [MAYA, TOM]


@given(cut=st.integers(0, 300), rubbish=st.binary(max_size=40))
def test_a_line_that_was_cut_off_costs_no_other(
    tmp_path_factory: pytest.TempPathFactory, cut: int, rubbish: bytes
) -> None:
    """As by a full disk or a power cut in the middle of a write."""
    tombstones = Tombstones(tmp_path_factory.mktemp("cut"))
    tombstones.add(MAYA, THEN, NOW)
    whole = tombstones.file.read_bytes()
    tombstones.add(TOM, THEN, NOW)
    left = max(len(whole), tombstones.file.stat().st_size - cut)
    tombstones.file.write_bytes(tombstones.file.read_bytes()[:left] + rubbish)
    tombstones.add(3, THEN, NOW)
    assert {MAYA, 3} <= set(tombstones.among([(MAYA, THEN), (TOM, THEN), (3, THEN)]))


def test_two_processes_may_start_it_at_the_same_moment(tombstones: Tombstones, tmp_path: Path) -> None:
    """Then each has signed with a key of its own, and their lines come in any order."""
    other = Tombstones(tmp_path / "other")
    tombstones.add(MAYA, THEN, NOW)
    other.add(TOM, THEN, NOW)
    keys, lines = zip(
        *(one.file.read_text(encoding="utf-8").splitlines() for one in (tombstones, other)), strict=True
    )
    tombstones.file.write_text("\n".join([*keys, *lines, ""]), encoding="utf-8")
    assert tombstones.among([(MAYA, THEN), (TOM, THEN)]) == [MAYA, TOM]


def _add(folder: str, first: int) -> None:
    tombstones = Tombstones(Path(folder))
    for user_id in range(first, first + 20):
        tombstones.add(user_id, THEN, NOW)


def test_several_processes_write_to_it_at_once(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    workers = [spawn.Process(target=_add, args=(str(tmp_path), 100 * number)) for number in (1, 2, 3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0, 0, 0]
    erased = [(first + number, THEN) for first in (100, 200, 300) for number in range(20)]
    assert Tombstones(tmp_path).among([*erased, (1, THEN)]) == [user_id for user_id, _ in erased]
    assert len((tmp_path / NAME).read_text(encoding="utf-8").splitlines()) >= len(erased) + 1


def test_a_note_that_cannot_be_kept_is_an_error(tombstones: Tombstones) -> None:
    tombstones.file.parent.write_text("a file where the folder should be", encoding="utf-8")
    with pytest.raises(NotADirectoryError):
        tombstones.add(MAYA, THEN, NOW)
