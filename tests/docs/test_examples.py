"""Examples in the pages are tried: commands by the real command line, settings and texts by their real readers."""

import ast
import configparser
import json
import ntpath
import os
import re
import shlex
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from discord import app_commands
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from bot import places
from bot.__main__ import NOT_AGAIN, _parser
from bot.env_file import read_settings
from bot.handbook import loader
from bot.places import address
from bot.storage.database import open_engine
from bot.storage.schema.upgrade import upgrade
from tests.docs.pages import EXAMPLES, PAGES, ROOT, Example, sentences_of_the_bot, shell_lines, spans
from tests.faults.__main__ import FAULTS
from tests.support.command_line import python, run
from tests.support.postgres import Server
from tests.support.world import World

EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
SESSIONS = {
    node.name
    for node in ast.walk(ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8")))
    if isinstance(node, ast.FunctionDef)
}
OF_THE_SYSTEM = {
    ".",
    "cp",
    "umask",
    "sqlite3",
    "OWNER=postgresql+asyncpg://rapport_owner@db.college.example/rapport",
}
"""What is not Rapport's, so that nothing of it is tried here."""
TO_COME = {"contact import", "clip", "stuck", "evaluations"}
"""README.md says so of these commands."""
OF_THE_DEMO = {"skip"}
SIMPLE = ("check", "db upgrade", "db new-key")
"""Commands that need nothing, and are run in an empty folder."""


def commands(line: str) -> Iterator[list[str]]:
    """The commands of a line, without the settings before them."""
    words = shlex.split(line.replace("[", "").replace("]", "") if "pip install" not in line else line)
    while words:
        end = words.index("&&") if "&&" in words else len(words)
        command, words = words[:end], words[end + 1 :]
        while len(command) > 1 and re.match(r"[A-Z_]+=", command[0]):
            del command[0]
        yield command


def try_bot(words: list[str]) -> None:
    assert _parser().parse_args(words).command == words[0]


def try_module(words: list[str]) -> None:
    """What stands behind `python -m`."""
    module, *rest = words
    match module:
        case "bot":
            try_bot(rest)
        case "pytest":
            for word in rest:
                assert word.startswith("--database=") or (ROOT / word).exists(), word
        case "tests.faults":
            assert set(rest) <= {"--only", "--size", "10", *FAULTS}
        case "benchmarks":
            assert set(rest) <= {"--quick"}
        case "venv":
            pass
        case "alembic":
            PROGRAMS["alembic"](rest)
        case _:
            assert (ROOT / f"{module.replace('.', '/')}.py").is_file(), module


def try_pip(words: list[str]) -> None:
    assert words[0] == "install"
    for word in words[1:]:
        if word.startswith("."):
            assert set(re.findall(r"\w+", word)) <= EXTRAS.keys(), word
        elif not word.startswith("-"):
            assert (ROOT / word).is_file(), word


def try_nox(words: list[str]) -> None:
    assert words[0] == "--list" or words[1] in SESSIONS, words


PROGRAMS: dict[str, Callable[[list[str]], None]] = {
    "python": lambda words: try_module(words[1:]),
    "pip": try_pip,
    "nox": try_nox,
    "bash": lambda words: None if (ROOT / words[0]).is_file() else pytest.fail(words[0]),
    "alembic": lambda words: None if words[0] == "revision" else pytest.fail(words[0]),
    "pre-commit": lambda words: None if words == ["install"] else pytest.fail(str(words)),
}
LINES = sorted({(page.name, line) for page, line in shell_lines()})


@pytest.mark.parametrize(("page", "line"), LINES, ids=[f"{page}: {line}" for page, line in LINES])
def test_a_command_is_one_that_there_is(page: str, line: str) -> None:
    for program, *words in commands(line):
        if program.split("?")[0] not in OF_THE_SYSTEM:
            assert program in PROGRAMS, f"{page}: say in PROGRAMS how {program} is tried"
            PROGRAMS[program](words)


def test_commands_are_found_in_every_part() -> None:
    assert {page for page, _ in LINES} >= {
        "README.md",
        "CONTRIBUTING.md",
        "handbook.md",
        "upkeep.md",
        "testing.md",
    }
    assert len(LINES) > 40


@pytest.mark.parametrize("command", SIMPLE)
def test_a_command_that_needs_nothing_runs(command: str, tmp_path: Path) -> None:
    assert any(f"python -m bot {command}" in line for _, line in LINES)
    done = run(tmp_path, *command.split())
    assert done.returncode == (1 if command == "check" else 0), done.stderr
    assert "Traceback" not in done.stderr


def try_settings(example: Example, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A .env file, read as it stands there; a folder of Windows is read as on Windows."""
    (folder / ".env").write_text(example.text, encoding="utf-8")
    (folder / "handbook").mkdir()
    for name in os.environ.keys() & {line.split("=")[0] for line in example.text.splitlines()}:
        monkeypatch.delenv(name)
    if "C:\\" in example.text:
        monkeypatch.setattr(places, "os", SimpleNamespace(name="nt", path=ntpath))
    read_settings(folder)


def try_unit(example: Example) -> None:
    """A unit of systemd: it starts the bot as the command line has it, and not after what restarts do not help."""
    unit = configparser.RawConfigParser(strict=False)
    unit.read_string(example.text)
    assert unit["Service"]["ExecStart"].split()[1:3] == ["-m", "bot"]
    try_bot(unit["Service"]["ExecStart"].split()[3:])
    assert unit["Service"]["RestartPreventExitStatus"] == str(NOT_AGAIN)


def try_ini(example: Example, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if example.text.startswith("[Unit]"):
        try_unit(example)
    else:
        try_settings(example, folder, monkeypatch)


def try_toml(example: Example, folder: Path, _: pytest.MonkeyPatch) -> None:
    """Added to the file that has such entries, the way the page says."""
    [entry] = tomllib.loads(example.text)
    [file] = [path for path in loader.PACKAGED.glob("*.toml") if f"[[{entry}" in path.read_text(encoding="utf-8")]
    shutil.copy(file, folder)
    with (folder / file.name).open("a", encoding="utf-8") as opened:
        opened.write(f"\n{example.text}")
    assert loader.load(folder) != loader.load()


def try_python(example: Example, folder: Path, _: pytest.MonkeyPatch) -> None:
    done = python(folder, "-c", example.text)
    assert done.returncode == 0, done.stderr


KINDS: dict[str, Callable[[Example, Path, pytest.MonkeyPatch], object]] = {
    "ini": try_ini,
    "toml": try_toml,
    "python": try_python,
    "json": lambda example, *_: json.loads(example.text),
}
ELSEWHERE = {
    "sh": test_a_command_is_one_that_there_is.__name__,
    "sql": "test_the_grants_are_what_the_bot_needs",
    "text": "drawings and addresses",
}


@pytest.mark.parametrize("example", EXAMPLES, ids=str)
def test_a_block_is_of_a_kind_that_is_tried(example: Example) -> None:
    assert example.kind in KINDS.keys() | ELSEWHERE.keys(), "say in KINDS how it is tried"


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.kind in KINDS], ids=str)
def test_a_block_does_what_it_shows(example: Example, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    KINDS[example.kind](example, tmp_path, monkeypatch)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_an_address_is_one_that_is_taken(page: Path) -> None:
    for found in re.findall(
        r"(?:sqlite\+aiosqlite|postgresql\+asyncpg)://[^\s`\"]+", page.read_text(encoding="utf-8")
    ):
        if "..." not in found:
            address(found)


async def test_a_command_of_the_bot_has_these_options(rapport: World) -> None:
    """Those that README.md says are still to come are not there."""
    there = {
        command.qualified_name: {option.name for option in command.parameters}
        for command in rapport.bot.tree.walk_commands()
        if isinstance(command, app_commands.Command)
    }
    groups = {name.split()[0] for name in there}
    assert not TO_COME & (there.keys() | groups)
    seen = set()
    for page in PAGES:
        for span in spans(page):
            if (found := re.match(r"/([a-z]+)( [a-z]+)?(?=$| )", span)) is None:
                continue
            group, name = found[1], found[1] + (found[2] or "")
            known = there.keys() | groups | TO_COME | OF_THE_DEMO
            assert name in known or group in there, f"{page.name}: {span}"
            assert set(re.findall(r"(\w+):(?!\d)", span)) <= there.get(name, there.get(group, set())), span
            seen.add(name)
    assert len(seen) > 20


def test_what_the_bot_is_said_to_say_it_says() -> None:
    """The tables for operators quote the bot: the first column, as code."""
    said = sentences_of_the_bot()
    quoted = []
    for name in ("troubleshooting.md", "upkeep.md"):
        page = (ROOT / "docs/operators" / name).read_text(encoding="utf-8")
        rows = re.findall(r"^\| (.*?) \|", page, re.MULTILINE)
        quoted += [quote for row in rows for quote in re.findall(r"`([^`]+)`", row)]
    assert len(quoted) > 25
    assert [quote for quote in quoted if quote not in said] == []


@pytest.mark.postgresql(reason="about its grants")
async def test_the_grants_are_what_the_bot_needs(server: Server) -> None:
    """The statements for an administrator make one role that makes tables, and one that only fills them."""
    [example] = [one for one in EXAMPLES if one.kind == "sql"]
    before, after = example.text.split("\\connect rapport\n")
    owner, bot = (
        open_engine(make_url(server.address("rapport")).set(username=name)) for name in ("rapport_owner", "rapport")
    )
    try:
        await server.do(*filter(str.strip, before.split(";")))
        await server.do(*filter(str.strip, after.split(";")), at="rapport")
        await upgrade(owner)
        async with bot.begin() as connection:
            await connection.execute(text("INSERT INTO facts (key, value) VALUES ('tried', '1')"))
        with pytest.raises(DBAPIError, match="permission denied"):
            async with bot.begin() as connection:
                await connection.execute(text("CREATE TABLE more (id int)"))
    finally:
        await owner.dispose()
        await bot.dispose()
        await server.do("DROP DATABASE IF EXISTS rapport WITH (FORCE)")
        await server.do("DROP ROLE IF EXISTS rapport", "DROP ROLE IF EXISTS rapport_owner")
