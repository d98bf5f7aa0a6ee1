"""Reads the handbook: the packaged text, with the files of a counselor's folder in place of it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bot.handbook.locate import line_of
from bot.handbook.models import Handbook
from bot.handbook.problems import HandbookError, Problem, sentence

PACKAGED = Path(__file__).parent / "text"
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
    for name in sorted(path.name for path in folder.glob("*.toml")):
        if name not in _NAMES:
            meant = get_close_matches(name, _NAMES, n=1) or [", ".join(_NAMES)]
            yield Problem(name, None, f"the handbook has no such file; it knows {meant[0]}")


def _path(name: str, folder: Path | None) -> Path:
    edited = folder / name if folder is not None else None
    return edited if edited is not None and edited.is_file() else PACKAGED / name


def _read(path: Path) -> str:
    """The text of a file, without the mark that Windows editors put in front of it."""
    data = path.read_bytes()
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
