"""What `check` and `run` say of a database that is not this version's, is another program's, or takes nothing."""

import asyncio
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot import __main__ as program
from bot.storage.errors import StorageProblem, StorageUnavailableError
from tests.cli.test_encryption import college
from tests.support.command_line import TOKEN, run
from tests.support.postgres import Server


def change(file: Path, statement: str, *values: object) -> None:
    file.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement, values)
    file.chmod(0o600)


def said(folder: Path, command: str, **settings: str) -> str:
    result = run(folder, command, DISCORD_TOKEN=TOKEN, **settings)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "Traceback" not in result.stderr
    return result.stdout + result.stderr


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_newer_database_is_not_to_be_upgraded_and_keeps_its_log(tmp_path: Path, command: str) -> None:
    change(college(tmp_path), "UPDATE alembic_version SET version_num = '9999'")
    words = said(tmp_path, command)
    assert "of another program or of another version of Rapport" in words
    assert "db upgrade" not in words
    assert "-wal" not in words, "it is sound, and its newest rows may be there"


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("number", ["0001_initial", "0003x", b"\0\xff"])
def test_the_numbers_of_another_program_are_not_ours(tmp_path: Path, command: str, number: str | bytes) -> None:
    change(college(tmp_path), "UPDATE alembic_version SET version_num = ?", number)
    words = said(tmp_path, command)
    assert "of another program" in words
    assert "db upgrade" not in words


def test_a_database_from_which_all_was_taken_back_is_empty(tmp_path: Path, server: Server) -> None:
    """What `alembic downgrade base` leaves is its own table, with nothing in it."""
    bare = "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
    change(tmp_path / "data" / "rapport.sqlite3", bare)
    address = asyncio.run(server.fresh("template1"))
    try:
        asyncio.run(server.do(bare, at=address.database or ""))
        for settings in ({}, {"DATABASE_URL": address.render_as_string(hide_password=False)}):
            checked = run(tmp_path, "check", DISCORD_TOKEN=TOKEN, **settings)
            assert checked.returncode == 0, checked.stdout
            assert "the first start makes the tables" in checked.stdout
            assert run(tmp_path, "db", "upgrade", **settings).returncode == 0
    finally:
        asyncio.run(server.drop(address))


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize(
    ("option", "why"),
    [("-c search_path=nowhere", "has no schema"), ("-c search_path=closed", "lacks a right")],
)
def test_a_server_on_which_no_tables_can_be_made_is_found(
    tmp_path: Path, server: Server, command: str, option: str, why: str
) -> None:
    address = asyncio.run(server.fresh("template1"))
    try:
        asyncio.run(
            server.do(
                "DROP ROLE IF EXISTS guest",
                "CREATE ROLE guest",
                "CREATE SCHEMA closed",
                "GRANT USAGE ON SCHEMA closed TO guest",
                at=address.database or "",
            )
        )
        there = address.update_query_dict({"options": f"{option} -c role=guest"})
        words = said(tmp_path, command, DATABASE_URL=there.render_as_string(hide_password=False))
    finally:
        asyncio.run(server.drop(address))
        asyncio.run(server.do("DROP ROLE guest"))
    assert why in words


@pytest.mark.parametrize("command", ["check", "run"])
@pytest.mark.parametrize("statement", ["CREATE TABLE songs (name)", "CREATE TABLE users (name)"])
def test_the_file_of_another_program_is_left_alone(tmp_path: Path, command: str, statement: str) -> None:
    file = tmp_path / "data" / "rapport.sqlite3"
    change(file, statement)
    assert "of another program" in said(tmp_path, command)
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master").fetchone() == (1,)


@pytest.mark.parametrize("which", ["file", "log", "index", "folder"])
def test_what_cannot_be_written_to_is_named_by_check_and_at_the_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], which: str
) -> None:
    file, able = college(tmp_path), os.access
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    # SQLite makes its helpers with the rights that the file has then, and they may stay when it gets others.
    shut = {"file": file, "log": Path(f"{file}-wal"), "index": Path(f"{file}-shm"), "folder": file.parent}[which]
    if which in {"log", "index"}:
        shut.touch()
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != shut.name and able(path, mode))
    assert program.main(["check"]) == 1
    assert f"WRONG {shut} cannot be written to" in capsys.readouterr().out
    assert {path.name for path in file.parent.glob("*-*")} <= {shut.name}

    def refuse(*_: object) -> None:
        raise StorageUnavailableError(StorageProblem.UNREADABLE)

    monkeypatch.setattr(program, "_do", refuse)
    assert program.main(["run"]) == 1
    assert f"The file: {shut}." in capsys.readouterr().err


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_server_that_takes_nothing_is_found(tmp_path: Path, server: Server, command: str) -> None:
    address = asyncio.run(server.fresh())
    try:
        read_only = address.update_query_dict({"options": "-c default_transaction_read_only=on"})
        words = said(tmp_path, command, DATABASE_URL=read_only.render_as_string(hide_password=False))
    finally:
        asyncio.run(server.drop(address))
    assert "takes nothing to be saved" in words


@pytest.mark.parametrize("command", ["check", "run"])
def test_the_tables_of_another_program_on_a_server_are_left_alone(
    tmp_path: Path, server: Server, command: str
) -> None:
    address = asyncio.run(server.fresh("template1"))
    try:
        asyncio.run(server.do("CREATE TABLE users (name text)", at=address.database or ""))
        words = said(tmp_path, command, DATABASE_URL=address.render_as_string(hide_password=False))
    finally:
        asyncio.run(server.drop(address))
    assert "of another program" in words
