"""`python -m bot run` and `demo`: how they start, and how they end."""

import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from tests.program import TOKEN, clean_environment, python


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


def test_a_discord_that_cannot_be_reached_is_one_plain_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        # Bound but not listening: nobody answers here, and nobody else gets the port.
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        result = python(tmp_path, "-c", WITH_DISCORD_AT, address, DISCORD_TOKEN=TOKEN)
    assert result.returncode == 1
    assert "Discord cannot be reached" in result.stderr
    assert "Traceback" not in result.stderr
    assert TOKEN not in result.stderr


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
