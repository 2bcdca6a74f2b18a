"""addresses of learners are found in any case"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_learner_lower_email", "learner", [sa.text("lower(email)")])


def downgrade() -> None:
    op.drop_index("ix_learner_lower_email", "learner")
