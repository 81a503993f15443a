"""The truth: SQLAlchemy tables, one file per concern, one unit of work, the audit chain, migrations."""
