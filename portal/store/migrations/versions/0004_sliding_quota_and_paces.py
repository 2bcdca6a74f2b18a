"""a quota counts in slots, connections know their paces"""

import sqlalchemy as sa
from alembic import op

import portal.store.schema

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("quota", schema=None) as batch_op:
        batch_op.add_column(sa.Column("spent", sa.JSON(), server_default="[]", nullable=False))
        batch_op.drop_column("used")
        batch_op.drop_column("window_started_at")
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.add_column(sa.Column("paces", sa.JSON(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("connection", schema=None) as batch_op:
        batch_op.drop_column("paces")
    op.execute("DELETE FROM quota")
    with op.batch_alter_table("quota", schema=None) as batch_op:
        batch_op.add_column(sa.Column("window_started_at", portal.store.schema.Moment(timezone=True), nullable=False))
        batch_op.add_column(sa.Column("used", sa.Integer(), nullable=False))
        batch_op.drop_column("spent")
