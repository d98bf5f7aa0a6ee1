"""What the file system says, in the words of an operator: the file, why, and what to do."""

import errno
from pathlib import Path

import pytest

from bot.storage.errors import StorageProblem, said_by_the_system
from bot.storage.files import missing_or_empty


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(errno.EACCES, "", "/srv/data/x"), "/srv/data/x: Permission denied. It has to belong to"),
        (PermissionError(errno.EPERM, "", "/srv/data/x"), "/srv/data/x: Operation not permitted. It has to belong"),
        (OSError(errno.EROFS, "", "/srv/data/x"), "/srv/data/x: Read-only file system. Let DATA_DIR name"),
        (OSError(errno.ENOSPC, ""), "No space left on device. Free some space."),
        (OSError(errno.EDQUOT, "", b"odd"), "Free some space."),
        (
            NotADirectoryError(errno.ENOTDIR, "", "/srv/data/x"),
            "/srv/data/x: Not a directory. Something that is no",
        ),
        (OSError(errno.EIO, "", "/srv/data/x"), "/srv/data/x: Input/output error. Look at the disk."),
        (OSError("words"), "OSError. Look at the disk."),
    ],
)
def test_the_file_is_named_and_what_to_do(error: OSError, said: str) -> None:
    assert said in said_by_the_system(error)
    assert "words" not in said_by_the_system(error)
    assert "Discord" not in said_by_the_system(error)


def test_a_file_behind_a_closed_folder_is_not_taken_for_one_that_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def closed(_: Path) -> None:
        raise PermissionError(errno.EACCES, "")

    monkeypatch.setattr(Path, "stat", closed)
    assert missing_or_empty(Path("data/rapport.sqlite3")) is StorageProblem.UNREADABLE
