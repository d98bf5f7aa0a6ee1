"""A disk whose power can go: what SQLite did to its files, and what is left of them when the lights go out.

`Recorder` is a layer of SQLite's own (a VFS) that notes every operation on the way to real files, so locks and the
shared memory of the write-ahead log are the real ones. `Disk` takes those operations again, one by one, and keeps
what was synced apart from what was only written.

What a power cut may do here is at least what a real disk under a POSIX file system may do. Of what was not
synced, each sector of each write is kept, lost, or torn, in any order; each truncation is kept or lost; a name
stands for any of the files that it stood for since. A sync of a file saves its bytes. Names are saved when SQLite
syncs the folder: on Unix with the first sync of a new journal or log, and with a deletion that asks for it. A write
changes no byte outside of it: the "powersafe overwrite" that SQLite takes for granted on Unix.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from types import TracebackType

import apsw

SECTORS = (512, 4096)
"""What disks write in one piece, in bytes: old ones and new ones."""


@dataclass(frozen=True, slots=True)
class Create:
    """A file that was not there was made."""

    name: str


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes were handed over, not yet safe."""

    name: str
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    """The file was cut off at `size` bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    """What was done to the file is safe; with `folder`, so are the names of all files."""

    name: str
    folder: bool


@dataclass(frozen=True, slots=True)
class Delete:
    """The file was deleted; with `folder`, the names of all files are safe."""

    name: str
    folder: bool


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Not of the disk: SQLite told the program that a transaction is kept."""


Op = Create | Write | Truncate | Sync | Delete | Acknowledged


@dataclass(eq=False)
class _File:
    """One file, whatever it is called."""

    safe: bytearray = field(default_factory=bytearray)
    loose: list[Write | Truncate] = field(default_factory=list)
    """What would be at risk, oldest first."""

    def sync(self) -> None:
        for op in self.loose:
            _do(self.safe, op)
        self.loose.clear()

    def after_cut(self, rng: Random, sector: int, luck: float) -> bytes:
        kept = [piece for op in self.loose for piece in _pieces(op, sector, rng, luck)]
        # An older write over a newer one of the same bytes is what is left when only the older one was carried out.
        rng.shuffle(kept)
        left = bytearray(self.safe)
        for piece in kept:
            _do(left, piece)
        return bytes(left)


def dice(*seed: object) -> Random:
    """Chance that can be had again."""
    return Random(repr(seed))  # noqa: S311 - nothing secret hangs on it


class Disk:
    """One folder on a disk, as far as the operations given to it went."""

    def __init__(self) -> None:
        self._names: dict[str, list[_File | None]] = {}
        """Per name what it stood for, oldest first: the first is safe, the last is what a running system sees."""

    def take(self, op: Op) -> None:
        """Carry out the next operation."""
        match op:
            case Create():
                self._names.setdefault(op.name, [None]).append(_File())
            case Write() | Truncate():
                self._seen(op.name).loose.append(op)
            case Sync():
                self._seen(op.name).sync()
                self._sync_folder(op.folder)
            case Delete():
                self._names[op.name].append(None)
                self._sync_folder(op.folder)

    def cut(self, rng: Random) -> dict[str, bytes]:
        """What is found after a power cut at this moment: one way of the many that it can go."""
        sector = rng.choice(SECTORS)
        luck = rng.random()
        found = {name: rng.choice(files) for name, files in self._names.items()}
        return {name: file.after_cut(rng, sector, luck) for name, file in found.items() if file is not None}

    def _seen(self, name: str) -> _File:
        file = self._names[name][-1]
        assert file is not None, f"{name} is used and was never made"
        return file

    def _sync_folder(self, really: bool) -> None:
        if really:
            self._names = {name: files[-1:] for name, files in self._names.items()}


def _pieces(op: Write | Truncate, sector: int, rng: Random, luck: float) -> Iterator[Write | Truncate]:
    """What of `op` reaches the disk: all with the probability `luck`, else a part or nothing."""
    if isinstance(op, Truncate):
        if rng.random() < luck:
            yield op
        return
    for start, end in _sectors(op.offset, op.offset + len(op.data), sector):
        first, last = (start, end) if rng.random() < luck else _torn(start, end, rng)
        if first < last:
            yield Write(op.name, first, op.data[first - op.offset : last - op.offset])


def _torn(start: int, end: int, rng: Random) -> tuple[int, int]:
    """What is kept of a sector that was not written as a whole: nothing, its front or its back."""
    middle = rng.randint(start, end)
    return rng.choice(((start, start), (start, middle), (middle, end)))


def _sectors(start: int, end: int, sector: int) -> Iterator[tuple[int, int]]:
    while start < end:
        edge = min(end, start - start % sector + sector)
        yield start, edge
        start = edge


def _do(content: bytearray, op: Write | Truncate) -> None:
    if isinstance(op, Truncate):
        del content[op.size :]
        return
    # What was never written between the old end and here reads as zeros.
    content.extend(bytes(max(0, op.offset - len(content))))
    content[op.offset : op.offset + len(op.data)] = op.data


class Recorder(apsw.VFS):
    """Notes what SQLite does to the files of its databases while it does it. Use as a context manager."""

    NAME = "recorder"

    def __init__(self) -> None:
        self.ops: list[Op] = []
        super().__init__(self.NAME, "")

    def __enter__(self) -> "Recorder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.unregister()

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> apsw.VFSFile:  # noqa: N802 - SQLite's
        """Open a file; files without a name are scratch paper that no power cut gives back."""
        if name is None:
            return super().xOpen(name, flags)
        path = _path(name)
        if is_new := not path.exists():
            self.ops.append(Create(path.name))
        is_database = bool(flags[0] & apsw.SQLITE_OPEN_MAIN_DB)
        return _RecordedFile(name, flags, self.ops.append, folder=is_new and not is_database)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802 - SQLite's
        """Delete a file."""
        super().xDelete(name, syncdir)
        self.ops.append(Delete(Path(name).name, syncdir))


class _RecordedFile(apsw.VFSFile):
    def __init__(
        self, path: str | apsw.URIFilename, flags: list[int], note: Callable[[Op], None], *, folder: bool
    ) -> None:
        super().__init__("", path, flags)
        self._note, self._name, self._folder = note, _path(path).name, folder

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802 - SQLite's
        super().xWrite(data, offset)
        self._note(Write(self._name, offset, bytes(data)))

    def xTruncate(self, newsize: int) -> None:  # noqa: N802 - SQLite's
        super().xTruncate(newsize)
        self._note(Truncate(self._name, newsize))

    def xSync(self, flags: int) -> None:  # noqa: N802 - SQLite's
        super().xSync(flags)
        self._note(Sync(self._name, self._folder))
        self._folder = False

    def xDeviceCharacteristics(self) -> int:  # noqa: N802 - SQLite's
        """The disk of the model, not the one of this machine."""
        return apsw.SQLITE_IOCAP_POWERSAFE_OVERWRITE

    def xSectorSize(self) -> int:  # noqa: N802 - SQLite's
        """The same: what SQLite is told on Unix."""
        return 4096


def _path(name: str | apsw.URIFilename) -> Path:
    return Path(name.filename() if isinstance(name, apsw.URIFilename) else name)
