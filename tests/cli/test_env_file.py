"""Settings as people leave them: taken as they were meant, or refused by name, and never passed over."""

import codecs
import os
from pathlib import Path

import pytest

from bot.env_file import SettingsError, read_env_file, read_settings
from tests.support.command_line import ROOT, TOKEN, python, run

KEY = "hush" * 10 + "AAA="


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of its own, and nothing set around it."""
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "DISCORD_TOKEN", "DATA_DIR", "DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)


TOKENS: dict[str, str | bytes] = {
    "plain": f"DISCORD_TOKEN={TOKEN}",
    "with a mark": f"\ufeffDISCORD_TOKEN={TOKEN}",
    "utf-16": f"DISCORD_TOKEN={TOKEN}\r\n".encode("utf-16"),
    "utf-16, little end first, no mark": f"DISCORD_TOKEN={TOKEN}\r\n".encode("utf-16-le"),
    "utf-16, big end first": codecs.BOM_UTF16_BE + f"DISCORD_TOKEN={TOKEN}\r\n".encode("utf-16-be"),
    "windows-1252": f"# für den Café-Server – „neu“\r\nDISCORD_TOKEN={TOKEN}\r\n".encode("cp1252"),
    "curly quotes": f"DISCORD_TOKEN=\u201c{TOKEN}\u201d",
    "curly quotes of windows-1252": b"DISCORD_TOKEN=\x93" + TOKEN.encode() + b"\x94",
    "low quotes": f"DISCORD_TOKEN=\u201e{TOKEN}\u201c",
    "single curly quotes": f"DISCORD_TOKEN=\u2018{TOKEN}\u2019",
    "straight quotes": f'DISCORD_TOKEN="{TOKEN}"',
    "zero-width space": f"DISCORD_TOKEN=\u200b{TOKEN[:5]}\u200d{TOKEN[5:]}\u2060",
    "zero-width space in the name": f"\u200bDISCORD_TOKEN\u200b={TOKEN}",
    "no-break space": f"DISCORD_TOKEN=\u00a0{TOKEN}\u202f",
    "no-break space before the name": f"\u00a0DISCORD_TOKEN\u00a0=\u00a0{TOKEN}",
    "a line break in quotes": f'DISCORD_TOKEN="{TOKEN[:9]}\n{TOKEN[9:]}"',
    "Bot before it": f"DISCORD_TOKEN=Bot {TOKEN}",
    "bot before it, in quotes": f'DISCORD_TOKEN="bot  {TOKEN} "',
    "small letters": f"discord_token={TOKEN}",
    "export": f"export DISCORD_TOKEN={TOKEN}",
}


@pytest.mark.parametrize("name", TOKENS)
def test_the_token_is_found_however_the_file_was_saved(tmp_path: Path, name: str) -> None:
    said = TOKENS[name]
    (tmp_path / ".env").write_bytes(said if isinstance(said, bytes) else said.encode())
    token = read_settings().discord_token
    assert token is not None
    assert token.get_secret_value() == TOKEN


def test_the_environment_is_cleaned_too_and_goes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN=hush.of.file\nLOG_LEVEL=ERROR\n", encoding="utf-8")
    monkeypatch.setenv("DISCORD_TOKEN", f'"Bot {TOKEN}"\r\n')
    monkeypatch.setenv("SWEEP_SECONDS", "\u00a0")
    settings = read_settings()
    assert settings.discord_token is not None
    assert settings.discord_token.get_secret_value() == TOKEN
    assert settings.log_level == "ERROR"
    assert settings.sweep_seconds == 30


REFUSED = {
    "a line break in the token": (f"DISCORD_TOKEN={TOKEN[:9]}\nhush.rest\n", ".env, line 2 is no NAME=value"),
    "a colon": ("# first\n\nDISCORD_TOKEN: hush\n", ".env, line 3 is no NAME=value"),
    "a quote that is not closed": ('DISCORD_TOKEN="hush\n', ".env, line 1 is no NAME=value"),
    "letters of another alphabet": ("DISCORD_TOKEN=huѕh.hush.hush", "DISCORD_TOKEN: Value error, has letters"),
    "TOKEN": ("TOKEN=hush", "TOKEN is not a setting, and is not read. Is DISCORD_TOKEN meant?"),
    "BOT_TOKEN": ("BOT_TOKEN=hush", "Is DISCORD_TOKEN meant?"),
    "DISCORD_TOKENS": ("DISCORD_TOKENS=hush", "Is DISCORD_TOKEN meant?"),
    "ENCRYPTION_KEY": (
        f"ENCRYPTION_KEY={KEY}",
        "ENCRYPTION_KEY is not a setting, and is not read. Is ENCRYPTION_KEYS",
    ),
    "DATABASE_URI": ("DATABASE_URI=postgres://u:hush@h/d", "Is DATABASE_URL meant?"),
    "DATADIR": ("DATADIR=/hush", "Is DATA_DIR meant?"),
    "a home that nobody has": ("DATA_DIR=~nobody-hush/data", "DATA_DIR: Value error, names a variable or a home"),
    "a variable that is not set": ("DATA_DIR=$NO_HUSH/data", "DATA_DIR: Value error, names a variable or a home"),
    "a folder of Windows": (r"DATA_DIR=C:\hush", "DATA_DIR: Value error, is a folder of Windows"),
    "one in double quotes": (r'DATA_DIR="C:\new\hush"', "DATA_DIR: Value error, has a backslash"),
    "a handbook of Windows": (r'HANDBOOK_DIR="D:\texts\hush"', "HANDBOOK_DIR: Value error, has a backslash"),
    "a link to nothing": ("DATA_DIR=link", "link, a link to something that is not there"),
    "below a link to nothing": ("DATA_DIR=link/data", "link, a link to something that is not there"),
    "a variable in braces that is not set": (
        "DATA_DIR=/srv/${NO_HUSH}/data",
        "DATA_DIR: Value error, names a variable",
    ),
    "one at the beginning": ("DATA_DIR=${NO_HUSH}/data", "DATA_DIR: Value error, names a variable"),
    "a share of Windows": (r"DATA_DIR=\\\\hush\share", "DATA_DIR: Value error, is a folder of Windows"),
    "a variable of Windows": (r"DATA_DIR=%HUSH%\data", "DATA_DIR: Value error, is a folder of Windows"),
    "another one in its line": (
        "DATA_DIR=data ENCRYPTION_KEYS=hush",
        "ENCRYPTION_KEYS stands behind DATA_DIR: put",
    ),
    "behind a line end of an editor's": ("DATA_DIR=data\u2028PROXY=hush", "PROXY stands behind DATA_DIR: put each"),
    "a setting that is set twice": ("LOG_LEVEL=INFO\nlog_level=ERROR\n", "LOG_LEVEL is set twice, and not alike"),
    "a key on a line of its own": (f"ENCRYPTION_KEYS=\n{KEY}\n", ".env, line 2 is no NAME=value"),
    "an address on a line of its own": ("postgres://u:hush@h/d?sslmode=require", ".env, line 1 is no NAME=value"),
    "RAPPORT before the name": (f"RAPPORT_ENCRYPTION_KEYS={KEY}", "Is ENCRYPTION_KEYS meant?"),
    "a key in short": (f"ENC_KEYS={KEY}", "Is ENCRYPTION_KEYS meant?"),
    "a proxy with a path": ("PROXY=http://u:12/hush@proxy.example:3128", "PROXY: Value error, is not a proxy"),
    "a proxy with a number sign": ("PROXY=http://hush#x@proxy.example:3128", "PROXY: Value error, is not a proxy"),
    "a proxy with one slash": ("PROXY=http:/u:hush@proxy.example", "PROXY: Value error, is not a proxy"),
    "a proxy of another kind": ("PROXY=socks5://hush:hush@proxy:1080", "PROXY: Value error, is not a proxy"),
    "a proxy without a host": ("PROXY=http://", "PROXY: Value error, is not a proxy"),
    "a proxy of everybody's": ("HTTPS_PROXY=socks5://hush@proxy", "PROXY: Value error, is not a proxy"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_meant_is_refused_by_name_and_without_its_value(tmp_path: Path, name: str) -> None:
    text, said = REFUSED[name]
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    (tmp_path / ".env").write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_settings()
    assert said in str(caught.value)
    assert "hush" not in str(caught.value)


def test_an_empty_line_takes_nothing_back(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        f"ENCRYPTION_KEYS={KEY}\n# as in the example\nENCRYPTION_KEYS=\n", encoding="utf-8"
    )
    assert read_settings().keys == (KEY,)


def test_braces_in_a_password_stay_and_variables_of_the_file_are_put_in(tmp_path: Path) -> None:
    lines = ["BASE=/srv/rapport", "DATA_DIR=${BASE}/data", "DATABASE_URL=postgresql://u:a${no_hush}b@h/d"]
    (tmp_path / ".env").write_text("\n".join(lines), encoding="utf-8")
    settings = read_settings()
    assert settings.data_dir == Path("/srv/rapport/data")
    assert settings.database.password == "a${no_hush}b"


@pytest.mark.parametrize("name", ["ENCRYPTION_KEYES", "ENCRYPTIONKEYS", "RAPPORT_ENCRYPTION_KEYS", "DATABSE_URL"])
def test_a_near_miss_around_is_refused_too(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, KEY)
    with pytest.raises(SettingsError, match=f"{name} is not a setting, and is not read"):
        read_settings()


def test_nobody_is_told_to_shut_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir(mode=0o755)
    result = run(tmp_path, "check", DISCORD_TOKEN=TOKEN, DATABASE_URL=f"sqlite:///{tmp_path}/folder")
    assert "cannot be used" in result.stdout
    assert "chmod" not in result.stdout


@pytest.mark.parametrize("name", [".env.txt", ".ENV.TXT", "env", "env.txt"])
def test_a_file_of_nearly_that_name_is_not_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(f"DISCORD_TOKEN={TOKEN}", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"is not read: rename it to \.env, or take it away"):
        read_settings()
    (tmp_path / ".env").write_text("", encoding="utf-8")
    assert read_settings().discord_token is None


def test_a_file_that_is_a_link_to_nothing_or_a_folder_is_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / ".env").symlink_to(tmp_path / "nowhere")
    with pytest.raises(SettingsError, match=r"\.env is a link to something that is not there"):
        read_settings()
    (tmp_path / ".env").unlink()
    (tmp_path / ".env").mkdir()
    with pytest.raises(SettingsError, match=r"\.env cannot be read: Is a directory"):
        read_settings()


def test_a_near_miss_beside_the_right_name_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"BOT_TOKEN=x\nDISCORD_TOKEN={TOKEN}\nTZ=UTC\nTOKEN=\n", encoding="utf-8")
    assert read_settings().discord_token is not None
    assert read_env_file().ignored == ["TZ"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("~/data", "data"),
        ("$HOME/data", "data"),
        ("${HOME}/data", "data"),
        ('"$HOME/my data"', "my data"),
        ("'~/data'", "data"),
        ("\u201c~/data\u201d", "data"),
        ("~", ""),
    ],
)
@pytest.mark.parametrize("name", ["DATA_DIR", "HANDBOOK_DIR"])
def test_a_folder_is_where_it_was_meant(tmp_path: Path, name: str, written: str, meant: str) -> None:
    (tmp_path / ".env").write_text(f"{name}={written}\n", encoding="utf-8")
    assert getattr(read_settings(), name.lower()) == tmp_path / meant


def test_a_dollar_within_a_name_is_a_dollar(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DATA_DIR=/srv/a$b_c/data\n", encoding="utf-8")
    assert str(read_settings().data_dir) == "/srv/a$b_c/data"


@pytest.mark.parametrize(
    ("lines", "proxy"),
    [
        ("PROXY=http://user:hush@proxy.example:3128", "http://proxy.example:3128"),
        ("PROXY=proxy.example:3128", "http://proxy.example:3128"),
        ("PROXY=https://proxy.example", "https://proxy.example"),
        ("HTTPS_PROXY=http://user:hush@proxy.example:3128", "http://proxy.example:3128"),
        ("https_proxy=http://proxy.example:3128\nNO_PROXY=localhost,.example", "http://proxy.example:3128"),
        ("HTTPS_PROXY=http://proxy.example:3128\nNO_PROXY=localhost,discord.com", ""),
        ("HTTPS_PROXY=http://proxy.example:3128\nNO_PROXY=*", ""),
        ("PROXY=http://own.example:1\nHTTPS_PROXY=http://proxy.example:3128\nNO_PROXY=*", "http://own.example:1"),
        ("HTTP_PROXY=http://proxy.example:3128", ""),
    ],
)
@pytest.mark.parametrize("where", ["file", "environment"])
def test_the_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str, lines: str, proxy: str) -> None:
    if where == "file":
        (tmp_path / ".env").write_text(lines, encoding="utf-8")
    else:
        for line in lines.splitlines():
            monkeypatch.setenv(*line.split("=", 1))
    settings = read_settings()
    assert settings.proxy_shown == proxy
    assert "hush" not in f"{settings!r} {settings} {settings.model_dump_json()}"
    assert ("hush" in lines) == ("hush" in (settings.proxy_with_password or ""))


@pytest.mark.parametrize("command", ["run", "check", "db upgrade", "db rotate-keys", "demo --no-open"])
def test_every_command_reads_and_judges_them_alike(tmp_path: Path, command: str) -> None:
    text = f"ENCRYPTION_KEY={KEY}\nDATA_DIR=$NO_HUSH\n"
    (tmp_path / ".env").write_bytes(text.encode("utf-16"))
    result = run(tmp_path, *command.split())
    assert result.returncode == 1
    assert "Is ENCRYPTION_KEYS meant?" in result.stderr
    assert "DATA_DIR: Value error, names a variable" in result.stderr
    assert "hush" not in (result.stdout + result.stderr).lower().replace("no_hush", "")
    assert [path.name for path in tmp_path.iterdir()] == [".env"]


def test_check_says_where_everything_is(tmp_path: Path) -> None:
    texts = tmp_path / "my texts"
    texts.mkdir()
    packaged = ROOT / "bot" / "handbook" / "text"
    (texts / "home.toml").write_bytes((packaged / "home.toml").read_bytes())
    (texts / "notes.md").write_text("mine", encoding="utf-8")
    lines = ["TZ=UTC", "DATA_DIR=there", f"HANDBOOK_DIR={texts}", "PROXY=http://user:hush@proxy.example:3128"]
    (tmp_path / ".env").write_text("\n".join([*lines, f"DISCORD_TOKEN={TOKEN}"]), encoding="utf-8")
    (tmp_path / ".env").chmod(0o600)
    result = run(tmp_path, "check")
    assert result.returncode == 0, result.stdout
    for said in (
        f"ok    settings from {tmp_path}/.env\n",
        "ok    names in it that are no settings of Rapport: TZ\n",
        f"ok    DATA_DIR is {tmp_path}/there\n",
        f"ok    who was erased is noted in {tmp_path}/there/erased.txt\n",
        "ok    to Discord through the proxy http://proxy.example:3128\n",
        f"ok    HANDBOOK_DIR is {texts}; read from it: home.toml\n",
        "ok    not read from it: notes.md\n",
        f"ok    database sqlite+aiosqlite:///{tmp_path}/there/rapport.sqlite3: the first start makes it\n",
    ):
        assert said in result.stdout
    assert "hush" not in result.stdout + result.stderr


def test_check_says_that_there_is_no_file(tmp_path: Path) -> None:
    said = run(tmp_path, "check", DISCORD_TOKEN=TOKEN).stdout
    assert f"ok    no file {tmp_path}/.env: settings from the environment alone" in said


def test_new_files_are_the_accounts_own(tmp_path: Path) -> None:
    code = "import os, sys; os.umask(0o022); from bot.__main__ import main; sys.exit(main(['db', 'upgrade']))"
    assert python(tmp_path, "-c", code, DATA_DIR="deep/data", DISCORD_TOKEN=TOKEN).returncode == 0
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.rglob("*")} == {
        "deep": "0o700",
        "data": "0o700",
        "rapport.sqlite3": "0o600",
    }


GUARDED = (".env", "data/rapport.sqlite3", "data/rapport.sqlite3.lock", "data/erased.txt", "pgpass")


@pytest.mark.skipif(os.name == "nt", reason="files have no such marks there")
@pytest.mark.parametrize("name", GUARDED)
@pytest.mark.parametrize("wrong", ["open", "somebody else's"])
def test_files_of_others_are_found_by_check_and_at_the_start(tmp_path: Path, name: str, wrong: str) -> None:
    if wrong != "open" and os.geteuid() != 0:
        pytest.skip("only root may give a file away")
    (tmp_path / ".env").write_text("", encoding="utf-8")
    (tmp_path / "data").mkdir()
    for path in GUARDED[2:]:
        (tmp_path / path).touch()
    run(tmp_path, "db", "upgrade")
    for path in (".env", *GUARDED[2:]):
        (tmp_path / path).chmod(0o600)
    settings = {"DISCORD_TOKEN": TOKEN, "PGPASSFILE": str(tmp_path / "pgpass")}
    assert run(tmp_path, "check", **settings).returncode == 0
    if wrong == "open":
        (tmp_path / name).chmod(0o644)
        said = f"{tmp_path / name} is open to everybody on this machine: chmod 600"
    else:
        os.chown(tmp_path / name, 12345, -1)
        said = f"{tmp_path / name} belongs to somebody else (user 12345, and this is 0): chown"
    result = run(tmp_path, "check", **settings)
    assert result.returncode == 1
    assert f"WRONG {said}" in result.stdout
    # The start says so and goes on; here it ends at the next thing, which is no token of Discord's.
    code = "import bot.__main__ as m, sys; m.make_ready = lambda _: sys.exit(3); sys.exit(m.main(['run']))"
    assert said in python(tmp_path, "-c", code, **settings).stderr
