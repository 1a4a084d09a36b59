"""Where the data lives: one schema on SQLite and PostgreSQL."""
