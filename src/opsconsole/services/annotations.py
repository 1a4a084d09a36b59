"""Marks on the charts: promotions, outages, a new 3PL; one that rebases restarts the control limits."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update

from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field, Kind
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.store import audit
from opsconsole.store.database import Database
from opsconsole.store.schema import annotations, incidents

KINDS = (
    ("promotion", "Promotion"),
    ("outage", "Outage"),
    ("vendor", "Vendor change"),
    ("process", "Process change"),
    ("other", "Other"),
)


@dataclass(frozen=True, slots=True)
class Annotation:
    """A mark from one local date, for all KPIs or one; ``until_day`` where it lasted."""

    on_day: int
    label: str
    kind: str = "other"
    rebases: bool = False
    until_day: int | None = None
    kpi_key: str | None = None


def list_annotations(database: Database, now: int) -> Listing:
    """All marks, newest first."""
    with database.read() as connection:
        rows = connection.execute(select(annotations).order_by(annotations.c.on_day.desc())).mappings().all()
    fields = (
        Field("on_day", "Day", Kind.DATE),
        Field("until_day", "Until", Kind.DATE, missing="one day"),
        Field("label", "What happened", stretch=True),
        Field("kind", "Kind", Kind.STATUS, labels=KINDS),
        Field("rebases", "Restarts limits", Kind.FLAG),
        Field("kpi_key", "KPI", missing="All"),
    )
    told = [{**row, "rebases": bool(row["rebases"])} for row in rows]
    return from_rows(fields, told, id_key="id", as_of=now, title="Annotations")


def add_annotation(database: Database, annotation: Annotation, *, who: str, now: int) -> Change:
    """Put a mark on the charts; UserError for an empty label, an unknown kind or days the wrong way round."""
    label = annotation.label.strip()
    if not label:
        raise UserError("An annotation needs words.", "Say in a few words what happened.")
    if annotation.kind not in dict(KINDS):
        raise UserError(f"“{annotation.kind}” is no kind of annotation.", f"Choose one of {', '.join(dict(KINDS))}.")
    if annotation.until_day is not None and annotation.until_day < annotation.on_day:
        raise UserError("The last day is before the first.", "Exchange the two days.")
    values = {
        "on_day": annotation.on_day,
        "until_day": annotation.until_day,
        "label": label,
        "kind": annotation.kind,
        "rebases": annotation.rebases,
        "kpi_key": annotation.kpi_key,
    }
    with database.write() as connection:
        made = connection.execute(annotations.insert().values(values)).inserted_primary_key
        assert made is not None
        audit.record(connection, who=who, action="annotate", subject=f"annotation {made[0]}", detail=values, at=now)
    return Change(f"Annotated: {label}")


def remove_annotation(database: Database, annotation_id: int, *, who: str, now: int) -> Change:
    """Take a mark away; UserError when it is gone already."""
    with database.write() as connection:
        row = connection.execute(select(annotations).where(annotations.c.id == annotation_id)).mappings().first()
        if row is None:
            raise UserError("This annotation is gone already.", "Reload the charts.")
        marked = incidents.c.annotation_fk == annotation_id
        connection.execute(update(incidents).where(marked).values(annotation_fk=None))
        connection.execute(delete(annotations).where(annotations.c.id == annotation_id))
        audit.record(
            connection,
            who=who,
            action="remove annotation",
            subject=f"annotation {annotation_id}",
            detail={key: value if key != "rebases" else bool(value) for key, value in row.items()},
            at=now,
        )
    return Change(f"Removed: {row['label']}")
