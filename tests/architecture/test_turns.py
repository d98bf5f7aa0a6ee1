"""Every use case names the student for whom it is: it takes their turn to write, and opens what they wrote."""

import ast
from collections.abc import Iterator
from pathlib import Path

import bot.services
from tests.support.sources import files

ROOM = Path(bot.services.__file__).parent
FOR_NOBODY = {
    # Passes by whoever is busy and waits for no lock, so that it needs no turn.
    ("reminders/claims.py", "claim"),
}


READS_NO_WORDS = {
    # When the next reminder is due, whose absence is to be looked at, who is half erased, and
    # whether a claim still holds.
    ("reminders/claims.py", "earliest"),
    ("reminders/inactivity.py", "absent"),
    ("slices/stand_ins.py", "left_behind"),
    ("reminders/under_way.py", "_are_held"),
}


def units(kind: str) -> Iterator[tuple[str, str, ast.Call]]:
    """Each `read(...)` or `write(...)` with the file and the function that it stands in."""
    for file in files(ROOM):
        for function in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(function, ast.AsyncFunctionDef):
                calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
                yield from (
                    (file.relative_to(ROOM).as_posix(), function.name, call)
                    for call in calls
                    if _is(kind, call.func)
                )


def _is(kind: str, called: ast.expr) -> bool:
    return isinstance(called, ast.Attribute) and called.attr == kind and ast.unparse(called.value).endswith("db")


def test_every_writer_names_its_students() -> None:
    found = list(units("write"))
    assert len(found) > 30, "they are written in another way now: this test reads nothing"
    unnamed = {(file, function) for file, function, call in found if not call.args}
    assert unnamed == FOR_NOBODY


def test_every_reader_names_its_student() -> None:
    found = list(units("read"))
    assert len(found) > 20, "they are written in another way now: this test reads nothing"
    unnamed = {(file, function) for file, function, call in found if not call.args}
    assert unnamed == READS_NO_WORDS
