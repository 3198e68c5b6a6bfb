"""Alembic's entry: runs the migrations on the connection that `inbox.log.migrate` hands over."""

from __future__ import annotations

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="migrations", version_table_schema="public")
with context.begin_transaction():
    context.run_migrations()
