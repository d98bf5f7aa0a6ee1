"""The counters that give rows their numbers: read, and set on for rows that came with theirs.

A counter knows of rows that are gone too: their numbers are not given again, as old buttons and reminders know
them.
"""

from sqlalchemy import Connection, Table, column, delete, func, insert, select, table

_SQLITES = table("sqlite_sequence", column("name"), column("seq"))


def last_number(connection: Connection, of: Table) -> int:
    """The last number that a row of the table ever got; 0 when none did, or when rows have no numbers."""
    own = of.autoincrement_column
    if own is None:
        return 0
    if connection.dialect.name == "sqlite":
        last = select(_SQLITES.c.seq).where(_SQLITES.c.name == of.name)
    else:
        last = select(func.pg_sequence_last_value(func.pg_get_serial_sequence(of.name, own.name)))
    return connection.scalar(last) or 0


def count_on(connection: Connection, of: Table, after: int) -> None:
    """Have the next new row of the table get a number beyond `after`, and beyond those of the rows in it."""
    own = of.autoincrement_column
    last = 0 if own is None else max(after, connection.scalar(select(func.max(own))) or 0)
    if own is None or not last:
        return
    if connection.dialect.name == "sqlite":
        connection.execute(delete(_SQLITES).where(_SQLITES.c.name == of.name))
        connection.execute(insert(_SQLITES).values(name=of.name, seq=last))
    else:
        connection.execute(select(func.setval(func.pg_get_serial_sequence(of.name, own.name), last)))
