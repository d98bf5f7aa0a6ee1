"""`python -m bot`: what it says when something is wrong, as a person in front of a terminal sees it."""

import base64
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.checks import explain
from bot.settings import Settings

ROOT = Path(__file__).parents[1]
TOKEN = base64.b64encode(b"1234567890").decode().rstrip("=") + ".abc.def"


def clean_environment() -> dict[str, str]:
    """What a command needs from this machine, and none of its settings."""
    kept = {"PATH", "HOME", "SYSTEMROOT", "TMPDIR"}
    return {key: value for key, value in os.environ.items() if key in kept} | {"PYTHONPATH": str(ROOT)}


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder of its own, with only the settings given."""
    return python(folder, "-m", "bot", *words, **environment)


def python(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same for whatever Python is told to do."""
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *words],
        cwd=folder,
        env=clean_environment() | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_missing_token_is_one_plain_sentence(tmp_path: Path) -> None:
    result = run(tmp_path, "run")
    assert result.returncode == 1
    assert result.stdout == ""
    [line] = result.stderr.strip().splitlines()
    assert line.startswith("DISCORD_TOKEN is not set.")


def test_check_names_everything_that_is_wrong_and_changes_nothing(tmp_path: Path) -> None:
    result = run(tmp_path, "check")
    assert result.returncode == 1
    assert "WRONG DISCORD_TOKEN is not set" in result.stdout
    assert "ok    handbook: " in result.stdout
    assert "the first start makes it" in result.stdout
    assert list(tmp_path.iterdir()) == []


def test_check_is_content_with_good_settings_and_builds_the_invite_link(tmp_path: Path) -> None:
    assert run(tmp_path, "db", "upgrade").returncode == 0
    result = run(tmp_path, "check", DISCORD_TOKEN=TOKEN)
    assert result.returncode == 0, result.stdout
    link = re.search(r"https://\S+", result.stdout)
    assert link is not None
    assert "client_id=1234567890" in link[0]
    assert "scope=bot+applications.commands" in link[0]
    assert "permissions=0" in link[0]
    assert TOKEN not in result.stdout + result.stderr


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("LOG_LEVEL", "LOUD", "LOG_LEVEL: "),
        ("SWEEP_SECONDS", "soon", "SWEEP_SECONDS: "),
        ("SENDS_PER_SECOND", "500", "SENDS_PER_SECOND: "),
        ("SHARD_COUNT", "0", "SHARD_COUNT: "),
        ("DATABASE_URL", "mysql://root:hush@localhost/rapport", "DATABASE_URL: "),
        ("DATABASE_URL", "nonsense hush", "DATABASE_URL: "),
        ("ENCRYPTION_KEYS", "hush", "ENCRYPTION_KEYS: "),
        ("ENCRYPTION_KEYS", f"{'hush' * 10}AAA=,", "ENCRYPTION_KEYS: "),
        ("ENCRYPTION_KEYS", f"{'hush' * 10}AAA=,plain", "ENCRYPTION_KEYS: "),
        ("ENCRYPTION_KEYS", f"{'hush' * 10}AAAA", "ENCRYPTION_KEYS: "),
        ("ENCRYPTION_KEYS", f"plain,{'hush' * 10}AA=", "ENCRYPTION_KEYS: "),
        ("ENCRYPTION_KEYS", "hush" * 10 + "é" * 4, "ENCRYPTION_KEYS: "),
    ],
)
@pytest.mark.parametrize("command", ["check", "run"])
def test_a_wrong_setting_is_named_without_its_value(
    tmp_path: Path, command: str, setting: str, value: str, said: str
) -> None:
    result = run(tmp_path, command, **{setting: value})
    assert result.returncode == 1
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert "hush" not in result.stderr + result.stdout


@pytest.mark.parametrize(
    ("ids", "count", "said"),
    [
        ("0,1", "", "needs SHARD_COUNT beside it"),
        ("0,0", "2", "names a shard twice"),
        ("0-2,1", "4", "names a shard twice"),
        ("2", "2", "names a shard that is not there: with SHARD_COUNT=2 they are 0 to 1"),
        ("one", "2", "is no list of numbers such as 0,1 or 0-3"),
        ("3-1", "4", "is no list of numbers"),
        ("0-99999999999", "4", "is no list of numbers"),
        ("-1", "2", "is no list of numbers"),
        ("1", "2", "a SQLite file is for one process"),
    ],
)
def test_shards_that_do_not_fit_are_refused_in_plain_words(
    monkeypatch: pytest.MonkeyPatch, ids: str, count: str, said: str
) -> None:
    monkeypatch.setenv("SHARD_IDS", ids)
    monkeypatch.setenv("SHARD_COUNT", count)
    with pytest.raises(ValidationError) as caught:
        Settings(_env_file=None)
    [line] = explain(caught.value)
    assert line.startswith("SHARD_IDS: ")
    assert said in line


def test_check_says_which_shards_a_process_has(tmp_path: Path) -> None:
    server = "postgresql+asyncpg://rapport:hush@127.0.0.1:1/rapport"
    result = run(tmp_path, "check", DISCORD_TOKEN=TOKEN, SHARD_COUNT="4", SHARD_IDS="1,3", DATABASE_URL=server)
    assert "ok    shards 1, 3 of 4; direct messages go to the process with shard 0" in result.stdout
    assert "cannot be used. The database server cannot be reached (ConnectionRefusedError)." in result.stdout
    assert "hush" not in result.stdout + result.stderr
    assert "shards" not in run(tmp_path, "check", DISCORD_TOKEN=TOKEN).stdout


def test_a_database_server_that_is_away_is_one_plain_line(tmp_path: Path) -> None:
    server = "postgresql+asyncpg://rapport:hush@127.0.0.1:1/rapport"
    result = run(tmp_path, "run", DISCORD_TOKEN=TOKEN, DATABASE_URL=server)
    assert result.returncode == 1
    assert "The database server cannot be reached (ConnectionRefusedError)." in result.stderr
    assert "Traceback" not in result.stderr
    assert "hush" not in result.stderr


def test_check_names_a_missing_migration_and_db_upgrade_mends_it(tmp_path: Path) -> None:
    assert run(tmp_path, "db", "upgrade").returncode == 0
    file = tmp_path / "data" / "rapport.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
    connection.close()
    result = run(tmp_path, "check", DISCORD_TOKEN=TOKEN)
    assert result.returncode == 1
    assert "python -m bot db upgrade" in result.stdout


def test_check_names_the_place_where_a_handbook_is_broken(tmp_path: Path) -> None:
    texts = tmp_path / "texts"
    texts.mkdir()
    good = (ROOT / "bot" / "handbook" / "text" / "pings.toml").read_text(encoding="utf-8")
    (texts / "pings.toml").write_text(good.replace("source =", "sauce =", 1), encoding="utf-8")
    result = run(tmp_path, "check", DISCORD_TOKEN=TOKEN, HANDBOOK_DIR=str(texts))
    assert result.returncode == 1
    assert re.search(r"pings\.toml, line \d+: ", result.stdout)


def test_a_database_that_is_garbage_is_one_plain_line(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "rapport.sqlite3").write_bytes(b"this is no database" * 100)
    result = run(tmp_path, "check", DISCORD_TOKEN=TOKEN)
    assert result.returncode == 1
    assert "cannot be used. The database file is damaged. Put a backup in its place." in result.stdout
    assert "Traceback" not in result.stdout + result.stderr


@pytest.mark.parametrize("command", ["check", "run", "db upgrade"])
def test_an_empty_file_is_not_taken_for_a_new_database(tmp_path: Path, command: str) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "rapport.sqlite3").touch()
    result = run(tmp_path, *command.split(), DISCORD_TOKEN=TOKEN)
    assert result.returncode == 1
    assert "The database file is empty (0 bytes). Put a backup in its place" in result.stdout + result.stderr
    assert [path.stat().st_size for path in data.iterdir()] == [0]


def test_a_first_start_without_room_on_the_disk_leaves_nothing_in_the_way_of_the_next(tmp_path: Path) -> None:
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY));"
        "from bot.__main__ import main; sys.exit(main(['run']))"
    )
    full = python(tmp_path, "-B", "-c", code, DISCORD_TOKEN=TOKEN)
    assert full.returncode == 1
    assert "so nothing can be saved. Free some space." in full.stderr
    assert "Traceback" not in full.stderr
    assert list((tmp_path / "data").iterdir()) == []
    assert run(tmp_path, "db", "upgrade").returncode == 0


def test_a_database_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    assert run(tmp_path, "db", "upgrade").returncode == 0
    file = tmp_path / "data" / "rapport.sqlite3"
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    result = run(tmp_path, "run", DISCORD_TOKEN=TOKEN)
    assert result.returncode == 1
    assert "The database is of another program or of another version of Rapport." in result.stderr
    assert "Traceback" not in result.stderr


DEMO = "demo --no-open --database data/x"


@pytest.mark.parametrize(
    ("command", "wrong"),
    [
        ("run", "folder"),
        ("run", "file"),
        ("db upgrade", "folder"),
        ("db upgrade", "file"),
        (DEMO, "folder"),
        (DEMO, "file"),
    ],
)
def test_a_database_that_cannot_be_used_is_one_plain_sentence(tmp_path: Path, command: str, wrong: str) -> None:
    data = tmp_path / "data"
    if wrong == "folder":
        data.write_text("a file in the way of the folder", encoding="utf-8")
    else:
        data.mkdir()
        for name in ("rapport.sqlite3", "x"):
            (data / name).write_bytes(b"this is no database" * 100)
    result = run(tmp_path, *command.split(), DISCORD_TOKEN=TOKEN, PYTHONWARNINGS="ignore")
    assert result.returncode == 1
    assert "The database cannot be used" in result.stderr
    assert "Traceback" not in result.stdout + result.stderr


def test_check_names_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file in the way of the folder", encoding="utf-8")
    result = run(tmp_path, "check", DISCORD_TOKEN=TOKEN)
    assert result.returncode == 1
    assert "WRONG no database can be made" in result.stdout


def test_every_setting_is_in_the_example_file() -> None:
    from bot.settings import Settings

    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    named = {line.split("=")[0].removeprefix("# ") for line in example.splitlines() if re.match(r"[A-Z_]+=", line)}
    assert named == {name.upper() for name in Settings.model_fields}


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
