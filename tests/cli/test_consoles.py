"""Consoles that cannot show every letter: every command says all the same what it has to say."""

import re
from pathlib import Path

import pytest

from tests.support.command_line import TOKEN, python

FOLDER = "Données → 日本 🦊"
HANDBOOK = '[welcome]\ntitle = "日本 → 🦊"\nzusätzlich = "é"\n'
COMMANDS = {
    "--help": 0, "run --help": 0, "demo --help": 0, "db copy --help": 0, "mydata export --help": 0,
    "db upgrade": 0, "check": 0, "db new-key": 0, "db nonsense": 2, "mydata export 1": 1,
    "db copy 日本.sqlite3 🦊.sqlite3": 1, "demo --port 日本": 2,
}  # fmt: skip
"""With the exit code."""
ONE_AFTER_THE_OTHER = """
import sys
from bot.__main__ import main
for command in sys.argv[1:]:
    try:
        code = main(command.split())
    except SystemExit as end:
        code = end.code
    print("ended with", code)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder, a handbook and settings with letters from everywhere."""
    here = tmp_path / FOLDER
    here.mkdir()
    (here / ".env").write_text(f"DATA_DIR={FOLDER}\nDISCORD_TOKEN={TOKEN}\n", encoding="utf-8")
    (here / ".env").chmod(0o600)
    (here / "日本").mkdir()
    (here / "日本" / "home.toml").write_text(HANDBOOK, encoding="utf-8")
    return here


@pytest.mark.parametrize("console", ["ascii", "cp1252", "cp437"])
def test_no_command_ends_for_a_letter(folder: Path, console: str) -> None:
    done = python(folder, "-c", ONE_AFTER_THE_OTHER, *COMMANDS, PYTHONIOENCODING=console)
    assert "Error" not in done.stderr.replace("SettingsError", ""), done.stderr
    assert [int(code) for code in re.findall("ended with (.*)", done.stdout)] == [*COMMANDS.values()]
    # What there is no letter for is written so that it can be told.
    assert "\\u2192 \\u65e5\\u672c \\U0001f98a" in done.stdout
    wrong = python(folder, "-m", "bot", "check", PYTHONIOENCODING=console, HANDBOOK_DIR="日本")
    assert wrong.returncode == 1, wrong.stderr
    assert "the handbook does not fit" in wrong.stdout
