"""`python -m bot`: what it says when something is wrong, as a person in front of a terminal sees it."""

import re
import socket
import sqlite3
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.env_file import explain
from bot.settings import Settings
from tests.support.command_line import ROOT, TOKEN, python, run

LOCK = ".lock"
"""What keeps a second bot away stays behind, empty-handed: whoever starts takes it."""


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
    assert "shards 1" not in run(tmp_path, "check", DISCORD_TOKEN=TOKEN).stdout


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
        connection.execute("ALTER TABLE evaluations DROP COLUMN shown_from")
        connection.execute("UPDATE alembic_version SET version_num = '0005'")
    connection.close()
    result = run(tmp_path, "check", DISCORD_TOKEN=TOKEN)
    assert result.returncode == 1
    assert "python -m bot db upgrade" in result.stdout
    assert run(tmp_path, "db", "upgrade").returncode == 0
    assert "python -m bot db upgrade" not in run(tmp_path, "check", DISCORD_TOKEN=TOKEN).stdout


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
    assert [path.stat().st_size for path in data.iterdir() if path.suffix != LOCK] == [0]


def test_a_first_start_without_room_on_the_disk_leaves_nothing_in_the_way_of_the_next(tmp_path: Path) -> None:
    code = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY));"
        "from bot.__main__ import main; sys.exit(main(['run']))"
    )
    full = python(tmp_path, "-B", "-c", code, DISCORD_TOKEN=TOKEN)
    assert full.returncode == 1
    assert "so nothing can be saved. Free some space." in full.stderr
    assert "Traceback" not in full.stderr
    assert [path for path in (tmp_path / "data").iterdir() if path.suffix != LOCK] == []
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


@pytest.mark.parametrize(
    "words",
    [
        "demo --no-open --port 99999",
        "demo --no-open --port -1",
        "demo --port hush",
        "demo --no-open=hush",
        "db copy rapport:hush@h/d x",
        # A blank or an & in an address makes two words of it, and a key may be pasted anywhere.
        "db copy a.sqlite3 postgresql://rapport:hu hush@h/d",
        "db rotate-keys hush",
        "db postgresql://rapport:hush@h/d",
        "run --token hush",
        "hush",
        f"mydata export {'9' * 5000}",
    ],
)
def test_wrong_words_are_said_without_a_fault_and_without_a_password(tmp_path: Path, words: str) -> None:
    result = run(tmp_path, *words.split())
    assert result.returncode == 2
    assert "Error\n" not in result.stderr
    assert "hush" not in result.stdout + result.stderr
    assert result.stderr
    assert [*tmp_path.iterdir()] == []


def test_a_port_that_another_program_has_is_said_in_a_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = run(tmp_path, "demo", "--no-open", "--port", str(taken.getsockname()[1]))
    assert result.returncode == 1
    assert re.fullmatch(r"The page could not be served: .+\. Try another --port\.\n", result.stderr)
