"""`python -m bot run` and `demo`: how they start, and how they end."""

import asyncio
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.__main__ import NOT_AGAIN
from tests.faults.doubles.discord.faults import refused
from tests.faults.doubles.discord.server import StandIn
from tests.support.command_line import ROOT, TOKEN, clean_environment, python


def test_the_demo_says_that_it_is_a_simulation_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "bot", "demo", "--no-open"],
        cwd=tmp_path,
        env=clean_environment() | {"PYTHONWARNINGS": "ignore"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as demo:
        assert demo.stdout is not None
        lines = []
        for line in demo.stdout:
            lines.append(line)
            if "Ctrl-C" in line:
                break
        said = "".join(lines)
        assert "http://127.0.0.1:" in said
        assert "simulation" in said
        demo.send_signal(signal.SIGINT)
        rest = demo.stdout.read()
        assert demo.wait(timeout=30) == 0
    assert "The demo has ended." in rest
    assert "Traceback" not in said + rest
    assert list(tmp_path.iterdir()) == [], "the demo keeps nothing"


def test_the_demo_knows_its_student_again_in_a_kept_database(tmp_path: Path) -> None:
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-u", "-m", "bot", "demo", "--no-open", "--database", "kept.sqlite3"],
            cwd=tmp_path,
            env=clean_environment() | {"PYTHONWARNINGS": "ignore"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as demo:
            assert demo.stdout is not None
            next(line for line in demo.stdout if "Ctrl-C" in line)
            demo.send_signal(signal.SIGINT)
            demo.stdout.read()
            assert demo.wait(timeout=30) == 0
    with sqlite3.connect(tmp_path / "kept.sqlite3") as connection:
        assert connection.execute("SELECT display_name FROM users").fetchall() == [("Maya Torres",)]
        assert connection.execute("SELECT count(*) FROM contacts").fetchall() == [(2,)]
    connection.close()


WITH_DISCORD_AT = """
import sys
import discord
discord.http.Route.BASE = sys.argv[1]
from bot.__main__ import main
sys.exit(main(["run"]))
"""


def test_a_discord_that_cannot_be_reached_is_one_plain_sentence_and_waited_for(tmp_path: Path) -> None:
    with socket.socket() as taken:
        # Bound but not listening: nobody answers here, and nobody else gets the port.
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-c", WITH_DISCORD_AT, address],
            cwd=tmp_path,
            env=clean_environment() | {"DISCORD_TOKEN": TOKEN},
            stderr=subprocess.PIPE,
            text=True,
        ) as bot:
            assert bot.stderr is not None
            line = next(line for line in bot.stderr if "Discord" in line)
            bot.send_signal(signal.SIGTERM)
            rest = bot.stderr.read()
            assert bot.wait(timeout=30) == 0
    assert "Discord cannot be reached (ClientConnectorError). Is this machine online?" in line
    assert "Trying again in " in line
    assert "Traceback" not in line + rest
    assert TOKEN not in line + rest


def test_a_database_that_is_garbage_is_found_before_the_login(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rapport.sqlite3").write_bytes(b"this is no database" * 100)
    with socket.create_server(("127.0.0.1", 0)) as discord:
        discord.setblocking(False)
        address = f"http://127.0.0.1:{discord.getsockname()[1]}"
        result = python(tmp_path, "-c", WITH_DISCORD_AT, address, DISCORD_TOKEN=TOKEN)
        with pytest.raises(BlockingIOError):
            discord.accept()
    assert result.returncode == 1
    assert "The database file is damaged. Put a backup in its place." in result.stderr
    assert "-wal" in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_bot_in_order_even_while_it_logs_in(tmp_path: Path, name: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-c", WITH_DISCORD_AT, address],
            cwd=tmp_path,
            env=clean_environment() | {"DISCORD_TOKEN": TOKEN},
            stderr=subprocess.PIPE,
            text=True,
        ) as bot:
            caller, _ = silent.accept()
            bot.send_signal(name)
            _, said = bot.communicate(timeout=30)
            caller.close()
    assert bot.returncode == 0
    assert "stopping" in said
    assert "Traceback" not in said


ANSWERS = """
import sys
from datetime import timedelta
import bot.ui.connection.connect
bot.ui.connection.connect.FIRST = bot.ui.connection.connect.MOST = timedelta(milliseconds=1)
from tests.faults.doubles.discord.address import Address, point_at
point_at(Address(*sys.argv[1:3]))
from bot.__main__ import main
sys.exit(main(["run"]))
"""


async def ended(there: StandIn, folder: Path, act: Callable[[], Awaitable[None]]) -> tuple[int | None, str]:
    """The exit code of the program, and what it wrote, after `act`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ANSWERS, there.address.http, there.address.gateway),
        cwd=folder,
        env=clean_environment() | {"DISCORD_TOKEN": TOKEN},
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(60):
            await act()
            _, written = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode, written.decode()


async def test_a_wrong_token_ends_with_a_code_after_which_nobody_starts_it_again(tmp_path: Path) -> None:
    async with StandIn().serve() as there:
        there.plans.every(lambda _: True, refused(401, 0, "401: Unauthorized"))

        async def nothing() -> None: ...

        code, written = await ended(there, tmp_path, nothing)
    assert code == NOT_AGAIN
    assert (
        written.count("Discord does not accept DISCORD_TOKEN (status 401). Reset it in the developer portal") == 1
    )
    assert "Traceback" not in written
    assert TOKEN not in written


@pytest.mark.parametrize("code", [4004, 4014])
async def test_a_connection_that_is_closed_for_good_ends_in_order_with_that_code(tmp_path: Path, code: int) -> None:
    async with StandIn().serve() as there:

        async def close() -> None:
            await there.gateway.ready()
            await there.gateway.drop(code)

        returned, written = await ended(there, tmp_path, close)
    assert returned == NOT_AGAIN
    assert written.count(f"(code {code}).") == 1
    assert "Traceback" not in written
    assert list((tmp_path / "data").glob("*-wal")) == [], "the database was closed"


async def test_an_error_of_the_file_system_names_the_file_and_is_not_discords(tmp_path: Path) -> None:
    (tmp_path / "data" / "erased.txt").mkdir(parents=True)
    async with StandIn().serve() as there:

        async def nothing() -> None: ...

        code, written = await ended(there, tmp_path, nothing)
    assert code == 1
    assert "erased.txt, beside the database file or in DATA_DIR, cannot be read" in written
    assert f"The file: {tmp_path}/data/erased.txt" in written
    assert "Discord" not in written
    assert "Traceback" not in written


@pytest.mark.parametrize("page", ["docs/operators/install.md", "docs/operators/postgresql.md"])
def test_the_units_do_not_start_it_again_after_that_code(page: str) -> None:
    assert f"RestartPreventExitStatus={NOT_AGAIN}" in (ROOT / page).read_text(encoding="utf-8")


def test_whoever_restores_a_backup_is_told_by_name_what_goes_and_what_stays() -> None:
    """A stopped bot has three files in its folder, and one of them says who was erased."""
    page = " ".join((ROOT / "docs/operators/upkeep.md").read_text(encoding="utf-8").split())
    _, restore = page.split("**Restore**: stop the bot, ")
    assert restore.startswith("remove `rapport.sqlite3` and, where they are, `rapport.sqlite3-wal` and")
    assert "**Leave `erased.txt` where it is**" in restore.partition("Never copy")[0]
