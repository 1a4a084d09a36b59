"""Columns as the first schema steps made them; never changed, so that the steps stay what they were."""

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, MetaData, Table, Text

RowId = BigInteger().with_variant(Integer, "sqlite")


def new_metadata(*others: str) -> MetaData:
    """Metadata of one step; ``others`` are tables of earlier steps that it refers to."""
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    for name in others:
        Table(name, metadata, row_id())
    return metadata


def row_id() -> Column[int]:
    """The row's own number."""
    return Column("id", RowId, primary_key=True, autoincrement=True)


def instant(name: str, **more: Any) -> Column[int]:
    """Microseconds since 1970-01-01Z."""
    return Column(name, BigInteger, **more)


def local_day(name: str) -> Column[int]:
    """Days since 1970-01-01."""
    return Column(name, Integer)


def amount(name: str) -> Column[int]:
    """Minor units of a currency."""
    return Column(name, BigInteger)


def string(name: str, **more: Any) -> Column[str]:
    """Text."""
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
