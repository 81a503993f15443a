"""Alembic migrations, numbered; `tayang db upgrade` runs them."""
