"""Alembic's entry: always given an open connection by ``portal.store.upgrade``."""

from __future__ import annotations

from alembic import context

from portal.store.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True,
                  compare_type=True)
with context.begin_transaction():
    context.run_migrations()
