"""A faked Windows: names that only Unix has are gone, the event loop takes no signals, folders have backslashes."""

import ntpath
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot import places
from bot.env_file import read_settings
from tests.support.command_line import TOKEN, clean_environment, python

BREAK = signal.SIGWINCH
"""Stands for Windows' own: Ctrl-Break, and a console that is closed. Elsewhere nobody heeds this one."""

WINDOWS = """
import asyncio, os, signal, sys

# What the libraries take with them at import is theirs to guard; so is what filelock uses to lock a file here.
import bot.app, bot.demo.run, bot.__main__

for module, names in {
    os: "chown fchown fork getegid geteuid getgid getuid killpg mkfifo nice statvfs sync uname",
    signal: "SIGALRM SIGHUP SIGKILL SIGPIPE SIGUSR1 SIGUSR2 SIGQUIT alarm pause setitimer sigwait",
}.items():
    for name in names.split():
        delattr(module, name)
for name in ("pwd", "grp", "resource", "termios"):
    sys.modules[name] = None

def refused(*_):
    raise NotImplementedError

asyncio.SelectorEventLoop.add_signal_handler = refused
signal.SIGBREAK = signal.SIGWINCH
"""
BOT = f"""{WINDOWS}
import discord
discord.http.Route.BASE = sys.argv[1]
sys.exit(bot.__main__.main(["run"]))
"""
DEMO = f"""{WINDOWS}
asyncio.SelectorEventLoop.add_reader = refused
sys.exit(bot.__main__.main(["demo", "--no-open"]))
"""
COMMANDS = f"""{WINDOWS}
for command in sys.argv[1:]:
    print("ended with", bot.__main__.main(command.split()))
"""


@contextmanager
def started(folder: Path, script: str, *words: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-u", "-c", script, *words],
        cwd=folder,
        env=clean_environment() | {"PYTHONWARNINGS": "ignore"} | environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    ) as child:
        yield child


@pytest.mark.parametrize("name", [signal.SIGINT, signal.SIGTERM, BREAK])
def test_the_bot_stops_in_order_where_the_loop_takes_no_signals(tmp_path: Path, name: signal.Signals) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with started(tmp_path, BOT, address, DISCORD_TOKEN=TOKEN) as bot:
            caller, _ = silent.accept()
            bot.send_signal(name)
            said, _ = bot.communicate(timeout=60)
            caller.close()
    assert bot.returncode == 0, said
    assert "stopping" in said
    assert "Traceback" not in said


def test_the_demo_ends_in_order_without_signals_and_without_a_console_to_watch(tmp_path: Path) -> None:
    with started(tmp_path, DEMO) as demo:
        assert demo.stdout is not None
        next(line for line in demo.stdout if "Ctrl-C" in line)
        demo.send_signal(signal.SIGINT)
        rest = demo.stdout.read()
        assert demo.wait(timeout=60) == 0
    assert "The demo has ended." in rest
    assert "Traceback" not in rest


def test_every_other_command_does_without_what_only_unix_has(tmp_path: Path) -> None:
    words = ["db upgrade", "check", "db new-key", "db rotate-keys", "mydata export 1"]
    done = python(tmp_path, "-c", COMMANDS, *words, DISCORD_TOKEN=TOKEN)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert re.findall("ended with (.*)", done.stdout) == ["0", "0", "0", "0", "1"], done.stdout + done.stderr


@pytest.fixture
def on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Folders are read with the rules of Windows. Nothing is opened: a real Path of Windows needs the real one."""
    monkeypatch.setattr(places, "os", SimpleNamespace(name="nt", path=ntpath))
    monkeypatch.setenv("USERPROFILE", r"C:\Users\maya")
    monkeypatch.setenv("PROGRAMDATA", r"C:\ProgramData")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"C:\Rapport\data", r"C:\Rapport\data"),
        (r"'C:\Rapport\new data'", r"C:\Rapport\new data"),
        ("C:/Rapport/data", "C:/Rapport/data"),
        (r"\\server\share\rapport", r"\\server\share\rapport"),
        (r"%PROGRAMDATA%\rapport", r"C:\ProgramData\rapport"),
        (r"~\rapport", r"C:\Users\maya\rapport"),
        ("data", "data"),
    ],
)
@pytest.mark.usefixtures("on_windows")
def test_a_folder_of_windows_is_taken_there(tmp_path: Path, written: str, meant: str) -> None:
    (tmp_path / ".env").write_text(f"DATA_DIR={written}\n", encoding="utf-8", newline="\r\n")
    settings = read_settings(tmp_path)
    assert str(settings.data_dir) == meant
    assert settings.database.database is not None
    assert settings.database.database.startswith(meant)


@pytest.mark.parametrize("written", [r"sqlite:///C:\Rapport\data\r.sqlite3", "sqlite:///C:/Rapport/data/r.sqlite3"])
@pytest.mark.usefixtures("on_windows")
def test_so_is_the_address_of_a_file(written: str) -> None:
    assert places.address(written).database == written.removeprefix("sqlite:///")


@pytest.mark.parametrize("written", [r'"C:\rapport\new"', r"%NOBODY%\data", "$HOME/data"])
@pytest.mark.usefixtures("on_windows")
def test_what_cannot_be_meant_is_refused_there_too(
    tmp_path: Path, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HOME", raising=False)
    (tmp_path / ".env").write_text(f"DATA_DIR={written}\n", encoding="utf-8")
    with pytest.raises(Exception, match="DATA_DIR"):
        read_settings(tmp_path)
