"""The settings: every one stands in `.env.example` with what it is when nothing is set, and none takes nonsense."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from bot.settings import Settings

EXAMPLE = Path(__file__).parents[2] / ".env.example"
BOUNDS = {
    "sweep_seconds": (1, 86_400),
    "shutdown_seconds": (0, 300),
    "ping_gap_seconds": (0, 600),
    "actions_at_once": (6, 60_000),
    "actions_per_minute": (6, 60_000),
    "messages_at_once": (6, 60_000),
    "messages_per_minute": (6, 60_000),
    "max_contacts": (1, 100_000),
    "max_entries": (1, 100_000),
    "max_file_bytes": (100_000, 100_000_000),
}


def test_the_example_holds_every_setting_with_its_default(monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [line.split("=")[0] for line in EXAMPLE.read_text(encoding="utf-8").splitlines() if line[:1].isupper()]
    assert sorted(keys) == sorted(name.upper() for name in Settings.model_fields)
    for key in keys:
        monkeypatch.delenv(key, raising=False)
    assert Settings(_env_file=EXAMPLE) == Settings(_env_file=None)


@pytest.mark.parametrize("name", BOUNDS)
def test_both_ends_of_a_range_are_taken_and_nothing_beyond(name: str) -> None:
    low, high = BOUNDS[name]
    taken: Any
    for taken in (low, high):
        assert getattr(Settings(_env_file=None, **{name: taken}), name) == taken
    for taken in (low - 1, high + 1, "many"):
        with pytest.raises(ValidationError, match=name):
            Settings(_env_file=None, **{name: taken})


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite+aiosqlite:///:memory:"])
def test_a_database_in_memory_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="where nothing stays"):
        Settings(_env_file=None, database_url=SecretStr(url))
