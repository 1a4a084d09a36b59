"""The kinds of columns that tables are made of, and the metadata they belong to."""

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Text

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only when the key is declared INTEGER.
RowId = BigInteger().with_variant(Integer, "sqlite")


def row_id() -> Column[int]:
    """The row's own number."""
    return Column("id", RowId, primary_key=True, autoincrement=True)


def instant(name: str, **more: Any) -> Column[int]:
    """Microseconds since 1970-01-01Z."""
    return Column(name, BigInteger, **more)


def local_day(name: str) -> Column[int]:
    """Days since 1970-01-01 of a local date."""
    return Column(name, Integer)


def amount(name: str) -> Column[int]:
    """Money in minor units of the row's currency."""
    return Column(name, BigInteger)


def string(name: str, **more: Any) -> Column[str]:
    """Text; identifiers are text too."""
    return Column(name, Text, **more)


def link(name: str, target: str, **more: Any) -> Column[int]:
    """The number of a row of another table."""
    return Column(name, RowId, ForeignKey(target), **more)


def provenance() -> list[Column[Any]]:
    """Where an imported row's values came from, and its version."""
    return [
        instant("source_time", nullable=False),
        Column("batch_id", RowId, nullable=False),
        string("field_sources_json"),
        Column("version", Integer, nullable=False, server_default="1"),
    ]
