"""What an operator can set, from the environment or a `.env` file. Every key is in `.env.example`."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError


class Settings(BaseSettings):
    """Validated settings. The token and the database address are secrets: masked in every repr and log."""

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore", frozen=True
    )

    discord_token: SecretStr | None = None
    """The bot's token from Discord's developer portal. Needed by `run`, not by `demo` or `check`."""

    database_url: SecretStr | None = None
    """SQLAlchemy address. Empty: a SQLite file in `data_dir`."""

    data_dir: Path = Path("data")
    """Folder of the embedded database; made when missing."""

    handbook_dir: Path | None = None
    """Folder with edited handbook files. A file that is missing there is taken from the package."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    sweep_seconds: Annotated[float, Field(ge=1, le=86_400)] = 30
    """Seconds between two looks for due reminders that no wake-up announced."""

    sends_per_second: Annotated[float, Field(gt=0, le=50)] = 40
    """Most reminder messages sent in a second. Discord allows a bot 50 requests in all."""

    shutdown_seconds: Annotated[float, Field(ge=0, le=300)] = 10
    """Seconds that work in hand may take to finish when the bot is stopped."""

    @field_validator("database_url")
    @classmethod
    def _is_supported(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        try:
            driver = make_url(value.get_secret_value()).drivername
        except ArgumentError:
            # The address may hold a password, so it is not repeated here.
            raise ValueError("is not a database address such as sqlite+aiosqlite:///data/rapport.sqlite3") from None
        if driver not in {"sqlite+aiosqlite", "postgresql+asyncpg"}:
            raise ValueError(f"uses {driver!r}; use sqlite+aiosqlite or postgresql+asyncpg")
        return value

    @property
    def database(self) -> URL:
        """The address of the database, embedded default included. `str()` of it masks the password."""
        if self.database_url is not None:
            return make_url(self.database_url.get_secret_value())
        return URL.create("sqlite+aiosqlite", database=str(self.data_dir / "rapport.sqlite3"))
