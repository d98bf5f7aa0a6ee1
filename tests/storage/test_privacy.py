"""PRIVACY.md says what the columns say."""

import pytest

from bot.storage.columns.purpose import classified
from bot.storage.models import Base, Contact
from bot.storage.privacy import page as privacy


def test_the_page_is_what_the_columns_say() -> None:
    text = privacy.PAGE.read_text(encoding="utf-8")
    assert privacy.page(text) == text, "PRIVACY.md is outdated. This mends it: python -m bot.storage.privacy.page"


def test_every_column_is_in_it_with_what_is_said_of_it() -> None:
    for table in Base.metadata.sorted_tables:
        part = privacy.tables().split(f"### `{table.name}`\n")[1].split("\n###")[0]
        for column in table.c:
            lines = [line.split(" | ") for line in part.splitlines() if line.startswith("| ")]
            (line,) = [" ".join(cells) for cells in lines if f"`{column.name}`" in cells[0]]
            said = classified(column)
            for words in (said.whose, said.why, said.kept, said.exported, said.erased):
                assert words in line


def test_another_word_at_a_column_makes_another_page(monkeypatch: pytest.MonkeyPatch) -> None:
    before = privacy.tables()
    columns = Base.metadata.tables[Contact.__tablename__].c
    monkeypatch.setitem(columns.notes.info, "classified", classified(columns.id))
    assert privacy.tables() != before


def test_a_page_without_a_place_for_it_is_refused() -> None:
    with pytest.raises(ValueError, match="comments"):
        privacy.page("# Privacy")
