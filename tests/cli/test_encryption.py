"""`python -m bot db new-key`, `db rotate-keys`, and what a start says about keys that do not fit."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from bot.storage.columns.seal import new_key
from tests.storage.older import older
from tests.support.command_line import ROOT, TOKEN, python, run

MOMENT = "2026-03-02 15:00:00.000000"


def college(folder: Path) -> Path:
    """A database with a student in it; returns its file."""
    assert run(folder, "db", "upgrade").returncode == 0
    file = folder / "data" / "rapport.sqlite3"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(
            "INSERT INTO users (discord_id, display_name, about, school, interests, quiet_from, quiet_to,"
            " created_at) VALUES (1, 'Maya Quill', 'I count trout', '', '', '22:00', '08:00', ?)",
            [MOMENT],
        )
    return file


def kept(file: Path) -> str:
    with closing(sqlite3.connect(file)) as connection:
        (name,) = connection.execute("SELECT display_name FROM users").fetchone()
    return str(name)


def test_a_key_is_made_also_while_the_settings_lack_a_good_one(tmp_path: Path) -> None:
    made = [run(tmp_path, "db", "new-key", ENCRYPTION_KEYS="nonsense") for _ in range(2)]
    assert [(one.returncode, one.stderr) for one in made] == [(0, "")] * 2
    first, second = (one.stdout.strip() for one in made)
    assert first != second
    for keys in (f" {second} , {first} ", f"plain,{first}"):
        assert run(tmp_path, "check", DISCORD_TOKEN=TOKEN, ENCRYPTION_KEYS=keys).returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_from_plain_to_a_key_to_another_and_back(tmp_path: Path) -> None:
    file, old, new = college(tmp_path), new_key(), new_key()
    assert kept(file) == "Maya Quill"
    sealed = []
    for keys in (old, f"{new},{old}"):
        done = run(tmp_path, "db", "rotate-keys", ENCRYPTION_KEYS=keys)
        assert (done.returncode, done.stderr) == (0, "")
        assert "2 texts were written anew." in done.stdout
        assert "is encrypted with the first key of ENCRYPTION_KEYS now." in done.stdout
        assert old not in done.stdout
        sealed.append(kept(file))
        assert "Maya" not in sealed[-1]
        assert b"Maya Quill" not in b"".join(one.read_bytes() for one in file.parent.iterdir())
    assert sealed[0] != sealed[1]
    check = run(tmp_path, "check", DISCORD_TOKEN=TOKEN, ENCRYPTION_KEYS=new)
    assert check.returncode == 0
    assert ", encrypted" in check.stdout
    assert "rotate-keys" not in check.stdout
    done = run(tmp_path, "db", "rotate-keys", ENCRYPTION_KEYS=f"plain,{new}")
    assert "is not encrypted now." in done.stdout
    assert kept(file) == "Maya Quill"
    assert run(tmp_path, "check", DISCORD_TOKEN=TOKEN).returncode == 0


def test_a_check_says_encrypted_only_once_all_of_it_is(tmp_path: Path) -> None:
    file, key = college(tmp_path), new_key()
    with_key = {"DISCORD_TOKEN": TOKEN, "ENCRYPTION_KEYS": key}
    before = run(tmp_path, "check", **with_key)
    assert before.returncode == 1
    assert ", encrypted" not in before.stdout
    assert "2 texts are plain; 0 texts are sealed the old way" in before.stdout
    assert "python -m bot db rotate-keys" in before.stdout
    put(file, "display_name", older("Maya Quill", key))
    assert "1 texts are plain; 1 texts are sealed the old way" in run(tmp_path, "check", **with_key).stdout
    assert run(tmp_path, "db", "rotate-keys", ENCRYPTION_KEYS=key).returncode == 0
    after = run(tmp_path, "check", **with_key)
    assert after.returncode == 0
    assert ", encrypted" in after.stdout
    put(file, "about", "Planted words")
    damaged = run(tmp_path, "check", **with_key)
    assert damaged.returncode == 1
    assert ", encrypted" not in damaged.stdout
    assert "1 texts are damaged" in damaged.stdout
    done = run(tmp_path, "db", "rotate-keys", ENCRYPTION_KEYS=key)
    assert done.returncode == 1
    assert "users.about, row 1" in done.stderr
    assert "Planted" not in done.stdout + done.stderr + damaged.stdout


def put(file: Path, column: str, value: str) -> None:
    """Past the bot."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(f"UPDATE users SET {column} = ?", [value])  # noqa: S608 - a name from above


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an encrypted college, whose key nobody has any more."""
    folder = tmp_path_factory.mktemp("encrypted")
    college(folder)
    assert run(folder, "db", "rotate-keys", ENCRYPTION_KEYS=new_key()).returncode == 0
    return folder


@pytest.mark.parametrize("command", ["check", "run", "db upgrade", "db rotate-keys"])
@pytest.mark.parametrize(
    ("keys", "says"),
    [("", "ENCRYPTION_KEYS holds no key"), (new_key, "with a key that is not in ENCRYPTION_KEYS")],
    ids=["none", "another"],
)
def test_keys_that_do_not_fit_are_one_plain_sentence(
    encrypted: Path, tmp_path: Path, command: str, keys: str | Callable[[], str], says: str
) -> None:
    data = shutil.copytree(encrypted / "data", tmp_path / "data")
    before, given = kept(data / "rapport.sqlite3"), keys if isinstance(keys, str) else keys()
    refused = run(tmp_path, *command.split(), DISCORD_TOKEN=TOKEN, ENCRYPTION_KEYS=given)
    said = refused.stdout + refused.stderr
    assert refused.returncode == 1
    assert says in said
    assert "-wal" not in said, "the file is well: nothing is to be deleted"
    assert "Traceback" not in said
    assert not given or given not in said
    assert kept(data / "rapport.sqlite3") == before


WITHOUT_THE_PACKAGE = """
import sys
sys.modules["cryptography"] = None
from bot.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_without_keys_the_package_is_not_needed_and_with_keys_it_is_named(tmp_path: Path) -> None:
    assert python(tmp_path, "-c", WITHOUT_THE_PACKAGE, "db", "upgrade").returncode == 0
    key = new_key()
    refused = python(tmp_path, "-c", WITHOUT_THE_PACKAGE, "db", "upgrade", ENCRYPTION_KEYS=key)
    assert refused.returncode == 1
    assert 'ENCRYPTION_KEYS: Value error, needs one more package: pip install -e ".[encryption]"' in refused.stderr
    assert "Traceback" not in refused.stderr
    assert key not in refused.stderr


def test_the_example_says_how_to_make_a_key_and_how_to_change_it() -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    assert "python -m bot db new-key" in example
    assert "python -m bot db rotate-keys" in example
