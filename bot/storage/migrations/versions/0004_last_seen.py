"""Remember when a student was last here, so that what they left behind is deleted one day.

No table is copied and dropped, as a batch would do it on SQLite: everything that hangs on `users` would go with it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NEWEST = """
UPDATE users SET last_seen_at = newest.at FROM (
    SELECT owner, MAX(at) AS at FROM (
        SELECT discord_id AS owner, created_at AS at FROM users
        UNION ALL SELECT owner_id, created_at FROM contacts
        UNION ALL SELECT owner_id, archived_at FROM contacts
        UNION ALL SELECT c.owner_id, r.created_at FROM requests r JOIN contacts c ON c.id = r.contact_id
        UNION ALL SELECT c.owner_id, r.sent_at FROM requests r JOIN contacts c ON c.id = r.contact_id
        UNION ALL SELECT c.owner_id, r.answered_at FROM requests r JOIN contacts c ON c.id = r.contact_id
        UNION ALL SELECT c.owner_id, i.created_at FROM interviews i JOIN contacts c ON c.id = i.contact_id
        UNION ALL SELECT c.owner_id, i.ended_at FROM interviews i JOIN contacts c ON c.id = i.contact_id
        UNION ALL SELECT c.owner_id, t.sent_at FROM thank_yous t
            JOIN interviews i ON i.id = t.interview_id JOIN contacts c ON c.id = i.contact_id
        UNION ALL SELECT owner_id, created_at FROM evaluations
        UNION ALL SELECT owner_id, finished_at FROM evaluations
        UNION ALL SELECT e.owner_id, a.answered_at FROM answers a JOIN evaluations e ON e.id = a.evaluation_id
        UNION ALL SELECT owner_id, created_at FROM todos
        UNION ALL SELECT owner_id, done_at FROM todos
    ) AS moments GROUP BY owner
) AS newest WHERE newest.owner = users.discord_id
"""
"""The newest moment at which the rows show a student at work."""


def upgrade() -> None:
    """Apply the change."""
    long_ago = sa.text("'1970-01-01 00:00:00+00'")
    column = sa.Column("last_seen_at", sa.DateTime(timezone=True), server_default=long_ago, nullable=False)
    op.add_column("users", column)
    op.execute(_NEWEST)
    op.create_index(op.f("ix_users_last_seen_at"), "users", ["last_seen_at"])


def downgrade() -> None:
    """Take it back."""
    op.drop_index(op.f("ix_users_last_seen_at"), table_name="users")
    op.drop_column("users", "last_seen_at")
