"""Reads the handbook: the packaged text, with the files of a counselor's folder in place of it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.handbook.errors import HandbookError, Problem, sentence
from bot.handbook.models import Handbook
from bot.handbook.toml_lines import line_of

PACKAGED = Path(__file__).parent / "text"
_IN_A_FOLDER = "files in a folder are not read: move them out of it, or let HANDBOOK_DIR name it"
_NAMES = tuple(f"{field}.toml" for field in Handbook.model_fields)


def load(folder: Path | None = None) -> Handbook:
    """The handbook. A file that `folder` does not have is taken from the package.

    Raises HandbookError with everything that is wrong, in all files.
    """
    problems = list(_misplaced(folder)) if folder is not None else []
    texts: dict[str, str] = {}
    tables: dict[str, Any] = {}
    for name in _NAMES:
        try:
            texts[name] = _read(_path(name, folder))
            tables[name.removesuffix(".toml")] = _parse(name, texts[name])
        except HandbookError as error:
            problems += error.problems
    try:
        handbook = Handbook.model_validate(tables, context={})
    except ValidationError as error:
        problems += _problems(error, texts, tables)
        raise HandbookError(sorted(problems, key=_place)) from None
    if problems:
        raise HandbookError(problems)
    return handbook


def _misplaced(folder: Path) -> Iterator[Problem]:
    """A folder that is not there, and files in it that would be passed over without a word."""
    if not folder.is_dir():
        yield Problem(str(folder), None, "there is no such folder")
        return
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Problem(str(folder), None, f"the folder cannot be read: {error.strerror}")
        return
    for path in entries:
        if (said := _passed_over(path)) is not None:
            yield Problem(path.name, None, said)


def _passed_over(path: Path) -> str | None:
    """What to do about something in a counselor's folder that looks like a file of the handbook and is not read."""
    if path.name in _NAMES:
        return None if path.is_file() else "is no file, or a link to something that is not there"
    if path.is_dir():
        return _IN_A_FOLDER if any(path.glob("*.toml")) else None
    # Windows hides the last ending, and editors add one.
    bare = path.name.lower().removesuffix(".txt")
    if bare in _NAMES:
        return f"is not read under this name; rename it to {bare}"
    if path.suffix.lower() != ".toml":
        return None
    meant = get_close_matches(bare, _NAMES, n=1) or [", ".join(_NAMES)]
    return f"the handbook has no such file; it knows {meant[0]}"


def sources(folder: Path | None) -> tuple[list[Path], list[Path]]:
    """The files that `load` reads from `folder`, and what else is in it. Raises OSError."""
    there = sorted(folder.iterdir()) if folder is not None and folder.is_dir() else []
    used = [path for path in there if path.name in _NAMES and path.is_file()]
    return used, [path for path in there if path not in used]


def _path(name: str, folder: Path | None) -> Path:
    edited = folder / name if folder is not None else None
    return edited if edited is not None and edited.is_file() else PACKAGED / name


def _read(path: Path) -> str:
    """The text of a file, without the mark that Windows editors put in front of it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise HandbookError([Problem(path.name, None, f"cannot be read: {error.strerror}")]) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise HandbookError([Problem(path.name, line, "is not UTF-8; save the file as UTF-8")]) from error


def _parse(name: str, text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        found = re.search(r" \(at (?:line (\d+), column \d+|end of document)\)$", message)
        line = int(found[1]) if found and found[1] else text.rstrip().count("\n") + 1
        raise HandbookError([Problem(name, line, message[: found.start()] if found else message)]) from error


def _problems(error: ValidationError, texts: Mapping[str, str], tables: Mapping[str, object]) -> Iterator[Problem]:
    """What does not fit, each with its line. A file that could not be parsed has been reported already."""
    for details in error.errors(include_url=False, include_input=False):
        file, *path = details["loc"]
        if file in tables:
            name = f"{file}.toml"
            yield Problem(name, line_of(texts[name], tuple(path)), sentence(details))


def _place(problem: Problem) -> tuple[str, int]:
    return problem.file, problem.line or 0
