"""Remember since when a question is on the screen, so that what was typed before is not taken for its answer."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the change. Of a question that is up, its message tells it well enough."""
    op.add_column("evaluations", sa.Column("shown_from", sa.BigInteger(), nullable=True))


def downgrade() -> None:
    """Take it back."""
    op.drop_column("evaluations", "shown_from")
