"""Reads the settings for every command, as people leave them, and says what would be passed over without a word.

They come from the environment, and from the file `.env` in the folder that the command runs in. Editors and web
pages leave marks in it that nobody sees; those are taken away. A name that is nearly that of a setting is refused:
what somebody believes to be set, such as a key for encryption, must not be ignored.
"""

import codecs
import io
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed lacks it

from dotenv.parser import Binding, parse_stream
from pydantic import ValidationError

from bot.settings import Settings

NAME = ".env"
_MISNAMED = (".env.txt", "env", "env.txt", ".env.env", "dotenv")
"""What editors and browsers make of the name."""
_MEANT = {
    "DISCORD_TOKEN": ("TOKEN", "BOT_TOKEN", "DISCORD_BOT_TOKEN", "DISCORD_API_TOKEN", "DISCORD_API_KEY"),
    "ENCRYPTION_KEYS": ("ENCRYPTION_KEY", "KEY", "KEYS", "FERNET_KEY", "ENC_KEY", "ENC_KEYS"),
    "DATABASE_URL": ("DATABASE", "DB_URL", "DATABASE_URI"),
    "PROXY": ("HTTP_PROXY_URL", "PROXY_URL"),
}
_ALSO = {"https_proxy", "no_proxy"}
"""Names that are not ours, and heeded."""
_ALIKE, _ALIKE_AROUND = 0.8, 0.9
"""How much a name has to be like ours to be a mistake, in our file and in the environment, which is everybody's."""
_DISTINCT = 8
"""Letters of a name that nobody else has by chance."""
_PREFIX = re.compile("(?:RAPPORT|BOT)_")

_ANOTHER = re.compile(rf"[\s;,]({'|'.join(name.upper() for name in Settings.model_fields)})\s*=")
"""A setting behind another one, as where the end of the line is one that nobody but the editor takes for that."""
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_BLANKS = re.compile("[\u00a0\u2007\u202f]")
_NAME_LIKE = re.compile(r"[A-Za-z_][\w.-]*")
_BARE_KEY = 43
"""Letters of a key before the = at its end: on a line of its own it looks like a name with no value."""
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")
_QUOTES = ('""', "''", "\u201c\u201d", "\u201d\u201d", "\u201e\u201c", "\u2018\u2019", "\u00ab\u00bb")


class SettingsError(Exception):
    """The settings cannot be used. Carries a line for each thing to mend, without a value: it may be a secret."""

    def __init__(self, lines: Sequence[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = list(lines)


@dataclass(frozen=True, slots=True)
class EnvFile:
    """What is in the file."""

    path: Path
    """With all of its folders."""
    found: bool = False
    values: Mapping[str, str] = field(default_factory=dict)
    """By name in small letters; empty ones are not there."""
    wrong: Sequence[str] = ()
    """What cannot be read, or is read by nobody."""
    ignored: Sequence[str] = ()
    """Names that are no setting of ours, nor nearly."""


def read_settings(folder: Path | None = None) -> Settings:
    """The settings; the environment goes before the file. Raises SettingsError with everything that is wrong."""
    file, around = read_env_file(folder), _environment()
    values: dict[str, Any] = {**_blank(), **file.values, **around}
    wrong = [*file.wrong, *_mistaken(file.values.keys() | around.keys(), values)]
    if "proxy" not in values and (proxy := _everybodys_proxy(file)):
        values["proxy"] = proxy
    try:
        settings = Settings(**{name: value for name, value in values.items() if name in Settings.model_fields})
    except ValidationError as error:
        raise SettingsError([*wrong, *explain(error)]) from None
    if wrong:
        raise SettingsError(wrong)
    return settings


def explain(error: ValidationError) -> Iterator[str]:
    """One line for each setting that is wrong, without its value: it may be a secret."""
    for problem in error.errors(include_input=False, include_url=False):
        name = "_".join(str(part) for part in problem["loc"]).upper() or "SETTINGS"
        yield f"{name}: {problem['msg']}. Mend it in .env; .env.example says what it means."


def read_env_file(folder: Path | None = None) -> EnvFile:
    """The file in `folder`, as it is or as it was meant. Never raises."""
    path = (folder or Path()).absolute() / NAME
    if not os.path.exists(path):  # noqa: PTH110 - Path may raise
        return EnvFile(path, wrong=[*_instead(path)])
    try:
        text = _text(path.read_bytes())
    except OSError as error:
        return EnvFile(path, wrong=[f"{path} cannot be read: {error.strerror}."])
    lines = [*parse_stream(io.StringIO(text))]
    values, twice = _last(lines)
    ours = Settings.model_fields.keys() | _ALSO
    ignored = [name.upper() for name in values.keys() - ours if _nearly(name.upper()) is None]
    wrong = [*_broken(path, lines), *(f"{path}: {what}" for what in twice)]
    return EnvFile(path, found=True, values=values, wrong=wrong, ignored=[] if wrong else sorted(ignored))


def _last(lines: Sequence[Binding]) -> tuple[dict[str, str], list[str]]:
    """What is set, by name in small letters; and what is set twice, to different things, or behind another one.

    An empty line means nothing, wherever it stands: what somebody set above it is not taken back by it.
    """
    named: dict[str, str] = {}
    values: dict[str, str] = {}
    twice = []
    for line in lines:
        if line.key is None or not line.value:
            continue
        named[line.key] = _filled_in(line.value, named)
        name, value = line.key.lower(), cleaned(named[line.key])
        if name in Settings.model_fields and (other := _ANOTHER.search(value)) is not None:
            twice.append(f"{other[1]} stands behind {name.upper()}: put each on a line of its own.")
        if value and values.setdefault(name, value) != value:
            twice.append(f"{name.upper()} is set twice, and not alike. Take one of them out.")
    return values, twice


def _filled_in(value: str, named: Mapping[str, str]) -> str:
    """With `${NAME}` put in where there is one; else it is part of a password, or a mistake that must be seen."""
    known = {**os.environ, **named}
    return _VARIABLE.sub(lambda found: known.get(found[1], found[0] if found[2] is None else found[2]), value)


def cleaned(value: str) -> str:
    """Without marks that nobody sees, blanks at the ends, and quotes around it."""
    value = _BLANKS.sub(" ", _UNSEEN.sub("", value)).strip()
    if len(value) > 1 and value[0] + value[-1] in _QUOTES:
        value = value[1:-1].strip()
    return value


def _text(data: bytes) -> str:
    """UTF-8, or what Windows writes."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        text = data.decode("utf-16", errors="replace")
    elif b"\0" in data[:4]:
        text = data.decode("utf-16-be" if data[0] == 0 else "utf-16-le", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    return _BLANKS.sub(" ", _UNSEEN.sub("", text)).replace("\0", "")


def _instead(path: Path) -> Iterator[str]:
    """What is where the file should be."""
    if path.is_symlink():
        yield f"{path} is a link to something that is not there."
    there = {entry.name.lower(): entry for entry in path.parent.iterdir()} if path.parent.is_dir() else {}
    for name in _MISNAMED:
        if name in there and there[name].is_file():
            yield f"{there[name]} is not read: rename it to {NAME}, or take it away."


def _broken(path: Path, lines: Sequence[Binding]) -> Iterator[str]:
    """Lines of which no setting comes."""
    for binding in lines:
        raw = binding.original.string
        if binding.error or (binding.key is not None and not _is_setting(binding.key, binding.value)):
            line = binding.original.line + raw[: len(raw) - len(raw.lstrip())].count("\n")
            yield f"{path}, line {line} is no NAME=value. Is it the rest of the line above, or a comment without #?"


def _is_setting(name: str, value: str | None) -> bool:
    """Whether the line sets something, ours or not. An address or a key alone on a line does not."""
    if value is None or (not value and len(name) == _BARE_KEY):
        return False
    return _NAME_LIKE.fullmatch(name) is not None or _nearly(name.upper()) is not None


def _environment() -> dict[str, str]:
    """What is set there, by name in small letters."""
    values = {name.lower(): cleaned(value) for name, value in os.environ.items()}
    mistaken = {name.lower() for names in _MEANT.values() for name in names if "_" in name}
    ours = Settings.model_fields.keys() | mistaken
    return {
        name: value for name, value in values.items() if value and (name in ours or _nearly_around(name.upper()))
    }


def _blank() -> dict[str, Any]:
    """The default of each setting of which the environment has nothing but marks that nobody sees."""
    known = Settings.model_fields
    seen = {name.lower() for name, value in os.environ.items() if value and not cleaned(value)}
    return {name: known[name].default for name in seen & known.keys()}


def _mistaken(names: set[str], values: Mapping[str, str]) -> Iterator[str]:
    """Names that are nearly those of a setting that is not set."""
    for name in sorted(names - Settings.model_fields.keys() - _ALSO):
        meant = _nearly(name.upper())
        if meant is not None and meant.lower() not in values:
            yield f"{name.upper()} is not a setting, and is not read. Is {meant} meant?"


def _nearly(name: str) -> str | None:
    known = [name.upper() for name in Settings.model_fields]
    bare = _PREFIX.sub("", name)
    for setting, mistakes in _MEANT.items():
        if name in mistakes or (bare != name and bare in {setting, *mistakes}):
            return setting
    return next(iter(get_close_matches(bare, known, n=1, cutoff=_ALIKE)), None)


def _nearly_around(name: str) -> bool:
    """The same for a name of the environment, where others have theirs."""
    known = [name.upper() for name in Settings.model_fields if len(name) >= _DISTINCT]
    bare = name.removeprefix("RAPPORT_")
    return bool(get_close_matches(bare, known, n=1, cutoff=_ALIKE_AROUND))


def _everybodys_proxy(file: EnvFile) -> str | None:
    """What other programs on this machine take, unless it is not for Discord."""
    said = {
        name: os.environ.get(name) or os.environ.get(name.upper()) or file.values.get(name) or "" for name in _ALSO
    }
    if proxy_bypass_environment("discord.com", {"no": said["no_proxy"]}):
        return None
    return cleaned(said["https_proxy"]) or None
