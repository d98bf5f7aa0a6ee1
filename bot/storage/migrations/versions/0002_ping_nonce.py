"""Remember by what the message of the last attempt at a reminder is known."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change."""
    op.add_column("reminders", sa.Column("nonce", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    with op.batch_alter_table("reminders") as batch_op:
        batch_op.drop_column("nonce")
