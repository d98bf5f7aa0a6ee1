"""Every column says what it is kept for, and whatever belongs to a student is exported and erased."""

import pytest
from sqlalchemy import Column, ForeignKey, MetaData, Table, Text, select

from bot.storage.columns.purpose import Classified, Whose, classified, of_nobody, of_other_person, of_student
from bot.storage.models import Base
from bot.storage.privacy.ownership import USERS, belongs_to, is_personal, personal_tables

COLUMNS = [column for table in Base.metadata.sorted_tables for column in table.c]


@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_every_column_is_classified_in_full(column: Column[object]) -> None:
    said = classified(column)
    assert isinstance(said, Classified)
    assert said.why
    assert said.kept
    if said.whose is Whose.NOBODY:
        assert not said.exported
        assert not said.erased
    else:
        assert said.exported
        assert "`/mydata delete`" in said.erased


def test_a_column_of_which_nobody_said_anything_is_found() -> None:
    with pytest.raises(KeyError):
        classified(Column("favourite_colour", Text))


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=str)
def test_a_table_is_a_students_in_whole_or_not_at_all(table: Table) -> None:
    """What is about a person is reached by export and erasure; what they do not reach is about nobody."""
    whose = {classified(column).whose for column in table.c}
    assert (Whose.NOBODY in whose) != is_personal(table)
    assert is_personal(table) == (whose <= {Whose.YOU, Whose.CONTACT})


def test_what_hangs_on_others_comes_after_them_and_every_way_leads_to_the_student() -> None:
    order = list(personal_tables())
    assert order[0] is USERS
    for place, table in enumerate(order):
        assert {key.column.table for key in table.foreign_keys} <= set(order[: place + 1])
        # The condition reads the student's id, and nothing else that is given.
        assert list(select(table).where(belongs_to(table, 4711)).compile().params.values()) == [4711]


def test_a_table_that_leads_to_no_student_belongs_to_nobody() -> None:
    loose = Table("loose", MetaData(), Column("user_id", ForeignKey(USERS.c.discord_id)))
    assert not is_personal(loose)
    with pytest.raises(ValueError, match="loose"):
        belongs_to(loose, 1)


def test_who_it_is_about_is_said_by_what_it_was_classified_with() -> None:
    said = [
        Column("c", Text, info=info) for info in (of_student("a"), of_other_person("b"), of_nobody("c", kept="d"))
    ]
    assert [classified(column).whose for column in said] == [Whose.YOU, Whose.CONTACT, Whose.NOBODY]
