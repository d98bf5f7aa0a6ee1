"""Never give a number twice: SQLite did so when the newest row of a table was deleted.

Old buttons and pings know a row by its number, and must not meet another one there. PostgreSQL counts on by itself.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLES = ("contacts", "requests", "interviews", "evaluations", "thank_yous", "todos", "reminders")
SUBJECTS = ("contacts", "requests", "interviews", "todos")
"""What pings are about: also of rows that are gone, a ping may still know the number."""
COUNTERS = sa.table("sqlite_sequence", sa.column("name"), sa.column("seq"))


def upgrade() -> None:
    """Apply the change."""
    if op.get_bind().dialect.name != "sqlite":
        return
    _copy(counting_on=True)
    connection = op.get_bind()
    pings = sa.table("reminders", sa.column("user_id"), sa.column("subject_id"))
    about_rows = pings.c.subject_id != pings.c.user_id  # some of a later version are about the student
    known = connection.scalar(sa.select(sa.func.max(pings.c.subject_id)).where(about_rows))
    for table in SUBJECTS:
        newest = connection.scalar(sa.select(sa.func.max(sa.column("id"))).select_from(sa.table(table)))
        connection.execute(sa.delete(COUNTERS).where(COUNTERS.c.name == table))
        connection.execute(sa.insert(COUNTERS).values(name=table, seq=max(known or 0, newest or 0)))


def downgrade() -> None:
    """Take it back."""
    if op.get_bind().dialect.name == "sqlite":
        _copy(counting_on=False)


def _copy(*, counting_on: bool) -> None:
    """Only a new table can be told to count on. Whoever runs this has switched foreign keys off."""
    for table in TABLES:
        with op.batch_alter_table(table, recreate="always", table_kwargs={"sqlite_autoincrement": counting_on}):
            pass
