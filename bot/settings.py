"""What an operator can set. Every key is in `.env.example`; `bot/env_file.py` reads them for every command."""

import base64
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict
from sqlalchemy.engine import URL

from bot.places import address, place


class Settings(BaseSettings):
    """Validated settings. The token and the database address are secrets: masked in every repr and log."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    discord_token: SecretStr | None = None
    """The bot's token from Discord's developer portal. Needed by `run`, not by `demo` or `check`."""

    database_url: SecretStr | None = None
    """SQLAlchemy address. Empty: a SQLite file in `data_dir`."""

    data_dir: Path = Path("data")
    """Folder of the embedded database; made when missing."""

    encryption_keys: SecretStr | None = None
    """Keys for what students write, with commas between them: the first encrypts, all decrypt. `plain` in the place
    of the first encrypts nothing any more. Empty: nothing is encrypted."""

    handbook_dir: Path | None = None
    """Folder with edited handbook files. A file that is missing there is taken from the package."""

    proxy: SecretStr | None = None
    """The way to Discord, such as `http://proxy.college.edu:3128`, for requests and for the gateway. Empty: that of
    `HTTPS_PROXY` unless `NO_PROXY` names discord.com; else there is none."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    sweep_seconds: Annotated[float, Field(ge=1, le=86_400)] = 30
    """Seconds between two looks for due reminders that no wake-up announced."""

    sends_per_second: Annotated[float, Field(gt=0, le=50)] = 40
    """Most reminder messages sent in a second. Discord allows a bot 50 requests in all. Of several processes, each
    takes its part, by the shards that it has."""

    inactive_months: Annotated[int, Field(ge=0, le=1200)] = 24
    """Calendar months after which everything of a student who does nothing here is deleted. They are warned twice
    by DM before, a month and a week ahead. 0: nothing is ever deleted by itself."""

    shutdown_seconds: Annotated[float, Field(ge=0, le=300)] = 10
    """Seconds that work in hand may take to finish when the bot is stopped."""

    ping_gap_seconds: Annotated[float, Field(ge=0, le=600)] = 60
    """Seconds between two reminder messages to one student; what falls due meanwhile goes out together."""

    actions_at_once: Annotated[int, Field(ge=6, le=60_000)] = 600
    """Commands, presses and forms of one student that are carried out however fast they come: more than a person
    does in an evening. Then there is a pause of 20 seconds."""

    actions_per_minute: Annotated[int, Field(ge=6, le=60_000)] = 60
    """How many of them there are again after each minute."""

    messages_at_once: Annotated[int, Field(ge=6, le=60_000)] = 200
    """Direct messages of one student that are heard however fast they come; then there is a pause, as above."""

    messages_per_minute: Annotated[int, Field(ge=6, le=60_000)] = 30
    """How many of them there are again after each minute."""

    max_contacts: Annotated[int, Field(ge=1, le=100_000)] = 2_000
    """Contacts that one student may have."""

    max_entries: Annotated[int, Field(ge=1, le=100_000)] = 5_000
    """Requests that one student may have; as many interviews, and as many to-dos."""

    max_file_bytes: Annotated[int, Field(ge=100_000, le=100_000_000)] = 5_000_000
    """Most bytes of a file that a student hands in, also once it is unpacked; reading it may take twenty times as
    much memory, for one file at a time. Files in direct messages are never read."""

    shard_count: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """Shards that the bot's servers are divided into, the same for all processes. Empty: they are not divided."""

    shard_ids: Annotated[tuple[int, ...], NoDecode] = ()
    """Those of them that this process has, such as `0,1` or `0-3`; each must be some process's. Empty: all of them.
    Discord sends direct messages, buttons in them included, to the process with shard 0."""

    @field_validator("shard_ids", mode="before")
    @classmethod
    def _are_numbers(cls, value: object) -> object:
        return tuple(_numbers(value)) if isinstance(value, str) else value

    @field_validator("shard_ids")
    @classmethod
    def _fit(cls, value: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        count = info.data.get("shard_count")
        if not value or "shard_count" not in info.data:  # what is wrong with that is said already
            return value
        if count is None:
            raise ValueError("needs SHARD_COUNT beside it")
        if len(set(value)) < len(value):
            raise ValueError("names a shard twice")
        if min(value) < 0 or max(value) >= count:
            raise ValueError(f"names a shard that is not there: with SHARD_COUNT={count} they are 0 to {count - 1}")
        url = info.data.get("database_url")
        if len(value) < count and "database_url" in info.data and _is_sqlite(url):
            raise ValueError(
                "leaves shards to other processes, and a SQLite file is for one process: let DATABASE_URL name a "
                "PostgreSQL, or let this process have all shards"
            )
        return value

    @field_validator("discord_token")
    @classmethod
    def _is_bare(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        # Copied out of a line of code, or over the end of a line.
        token = re.sub(r"\s+", "", re.sub(r"^\s*Bot\s+", "", value.get_secret_value(), flags=re.IGNORECASE))
        if not re.fullmatch(r"[!-~]*", token):
            raise ValueError("has letters that no token has; copy it again from the developer portal")
        return SecretStr(token) if token else None

    @field_validator("data_dir", "handbook_dir", mode="before")
    @classmethod
    def _is_a_place(cls, value: object) -> object:
        return place(value) if isinstance(value, str) else value

    @field_validator("proxy")
    @classmethod
    def _is_a_proxy(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        text = value.get_secret_value()
        parts = _parted(text if "://" in text else f"http://{text}")
        if parts is None:
            # Not even its kind is repeated: where there is no address, anything may be the password.
            raise ValueError(
                "is not a proxy such as http://proxy.college.edu:3128; other kinds are not spoken. While PROXY is"
                " empty, HTTPS_PROXY is meant"
            )
        return SecretStr(parts.geturl())

    @field_validator("database_url")
    @classmethod
    def _is_supported(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        url = address(value.get_secret_value())
        if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
            raise ValueError("is in memory, where nothing stays; name a file, or leave it empty")
        return value

    @field_validator("encryption_keys")
    @classmethod
    def _are_keys(cls, value: SecretStr | None) -> SecretStr | None:
        keys = _listed(value)
        if not all(_is_key(key) or (key == "plain" and not number) for number, key in enumerate(keys)):
            # Not even the one that is wrong is repeated: it may be a good one with a letter missing.
            raise ValueError("is not a list of keys such as `python -m bot db new-key` makes, with commas between")
        if keys and find_spec("cryptography") is None:
            raise ValueError('needs one more package: pip install -e ".[encryption]"')
        return value

    @property
    def keys(self) -> tuple[str, ...]:
        """The encryption keys, in order. Not masked: hand them to `open_engine` and to nobody else."""
        return _listed(self.encryption_keys)

    @property
    def database(self) -> URL:
        """The address of the database, embedded default included. `str()` of it masks the password."""
        if self.database_url is not None:
            return address(self.database_url.get_secret_value())
        return URL.create("sqlite+aiosqlite", database=str(self.data_dir / "rapport.sqlite3"))

    @property
    def proxy_with_password(self) -> str | None:
        """The address of the proxy, for the library and for nobody else."""
        return None if self.proxy is None else self.proxy.get_secret_value()

    @property
    def proxy_shown(self) -> str:
        """The same for people, without user and password; empty when there is none."""
        parts = None if self.proxy is None else _parted(self.proxy.get_secret_value())
        return "" if parts is None else f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"

    @property
    def share(self) -> float:
        """The part of all that the bot does that is this process's (0..1), by its shards."""
        return len(self.shard_ids) / self.shard_count if self.shard_count and self.shard_ids else 1.0

    @property
    def has_direct_messages(self) -> bool:
        """Whether Discord sends direct messages to this process: they come with shard 0."""
        return not self.shard_ids or 0 in self.shard_ids


def _is_sqlite(url: SecretStr | None) -> bool:
    return url is None or address(url.get_secret_value()).get_backend_name() == "sqlite"


def _parted(proxy: str) -> SplitResult | None:
    """None for what is no proxy over HTTP."""
    try:
        parts = urlsplit(proxy)
        fits = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    # With a / or # in a password, the rest of it would pass for a path, and its beginning for a host.
    whole = parts.path in {"", "/"} and not parts.query and "#" not in proxy
    return parts if fits and whole and parts.netloc.count("@") <= 1 else None


def _numbers(text: str) -> Iterator[int]:
    """Each number of a list such as `0,2-4`. Raises ValueError."""
    for part in text.split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        ends = (first, last) if dash else (first, first)
        if not all(end.isdecimal() and len(end) <= _DIGITS for end in ends) or int(ends[0]) > int(ends[1]):
            raise ValueError("is no list of numbers such as 0,1 or 0-3")
        yield from range(int(ends[0]), int(ends[1]) + 1)


_DIGITS = 4
"""Of the highest shard there can be."""


def _listed(keys: SecretStr | None) -> tuple[str, ...]:
    return () if keys is None else tuple(key.strip() for key in keys.get_secret_value().split(","))


def _is_key(text: str) -> bool:
    """Whether `text` is a Fernet key: 32 bytes in URL-safe base64."""
    try:
        return len(base64.b64decode(text.encode("ascii"), b"-_", validate=True)) == 32  # noqa: PLR2004 - said above
    except ValueError:
        return False
