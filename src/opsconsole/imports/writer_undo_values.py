"""Taking one batch's values out of rows that others have written since: each value by itself, with its origin."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select

from opsconsole.imports.records import KINDS
from opsconsole.imports.writer_batch import Batch
from opsconsole.imports.writer_kept import ORIGINS
from opsconsole.imports.writer_kinds import column_of, filled
from opsconsole.imports.writer_merge import NOTHING_SAID, Known, Merger, Origin
from opsconsole.imports.writer_undo_docs import Docs
from opsconsole.store import dialect

Row = dict[str, Any]
_ROW = ""  # stands for the row itself where it has no values


@dataclass
class Settled:
    """Rows by what becomes of them: new columns, nothing left in them, or nothing of the batch in them."""

    changed: dict[int, Row]
    emptied: list[int]
    kept: list[int]


class Values:
    """Works out what rows of one table are without a batch."""

    def __init__(self, batch: Batch, docs: Docs, table: Table) -> None:
        self._batch = batch
        self._docs = docs
        self._table = table
        kind = KINDS[table.name]
        self.columns = tuple(column_of(kind.key, name) for name in filled(kind))
        self._merger = Merger(
            self.columns, self.columns, batch.source_of, lambda batch_id: batch.fields_of(kind.key, batch_id)
        )
        self._needed = {name for name in self.columns if not table.c[name].nullable}
        self._images: dict[int, dict[int, Row]] = {}

    def settle(self, ids: Sequence[int], images: Mapping[int, Row]) -> Settled:
        """What the rows become; ``images`` are those rows before the batch (none for those that it inserted)."""
        found = Settled({}, [], [])
        wanted = set(ids)
        for undone in self._docs.undone:
            self._images[undone] = self._docs.images(undone, self._table.name, wanted)
        for row in self._rows(ids):
            self._one(found, row, images.get(row["id"]))
        return found

    def _rows(self, ids: Sequence[int]) -> list[Row]:
        columns = [self._table.c[name] for name in ("id", *ORIGINS, *self.columns)]
        with dialect.id_set(self._batch.conn, ids) as wanted:
            joined = wanted.join(self._table, self._table.c.id == wanted.c.id)
            return [dict(row) for row in self._batch.conn.execute(select(*columns).select_from(joined)).mappings()]

    def _one(self, found: Settled, row: Row, image: Row | None) -> None:
        known = self._known(row)
        if known.field_sources_json == NOTHING_SAID:
            (found.emptied if image is None else found.kept).append(row["id"])
            return
        # A row without any value is known from the last file that named it.
        origins = self._merger.origins(known) or {_ROW: (known.source_time, known.batch_id)}
        out = {self._docs.batch_id, *self._docs.undone}
        if not any(origin[1] in out for origin in origins.values()):
            found.kept.append(row["id"])
            return
        values: Row = {_ROW: None, **dict(zip(self.columns, known.values, strict=True))}
        before = self._before(row, image)
        for name, origin in list(origins.items()):
            if origin[1] not in out:
                continue
            value, new = self._earlier(row["id"], name, values[name], before, origin)
            if value is None and name in self._needed:
                continue
            values[name] = value
            del origins[name]
            if new is not None:
                origins[name] = new
        if not any(name not in self._needed or origin[1] not in out for name, origin in origins.items()):
            found.emptied.append(row["id"])
            return
        del values[_ROW]
        found.changed[row["id"]] = {**values, **self._told(row, origins)}

    def _known(self, row: Row) -> Known:
        return Known(tuple(row[name] for name in self.columns), *(row[name] for name in ORIGINS))

    def _before(self, row: Row, image: Row | None) -> tuple[Row, dict[str, Origin]] | None:
        """Values and origins before the batch; None where there was no row, or one that nobody had said anything of."""
        if image is None or "source_time" not in image:
            return None
        whole = {**row, **image}
        if whole["field_sources_json"] == NOTHING_SAID:
            return None
        return whole, self._merger.origins(self._known(whole))

    def _earlier(
        self, row_id: int, name: str, value: Any, before: tuple[Row, dict[str, Origin]] | None, origin: Origin
    ) -> tuple[Any, Origin | None]:
        """A value and its origin before the batch, and before those that were undone since."""
        new: Origin | None = origin
        if origin[1] == self._docs.batch_id:
            if before is None:
                return None, None
            value, new = before[0].get(name), before[1].get(name, _own(before[0]) if name == _ROW else None)
        while new is not None and new[1] in self._docs.undone:
            image = self._images[new[1]].get(row_id)
            if image is None or "source_time" not in image or image["field_sources_json"] == NOTHING_SAID:
                return None, None
            whole = {**dict.fromkeys(self.columns), name: value, **image}
            value, new = whole[name], self._merger.origins(self._known(whole)).get(name)
            new = _own(image) if name == _ROW else new
        return (value, new) if new is not None else (None, None)

    def _told(self, row: Row, origins: Mapping[str, Origin]) -> Row:
        """The three columns that tell the origins; the row's own origin stays where it can."""
        own: Origin = (row["source_time"], row["batch_id"])
        live = set(origins.values())
        if own not in live:
            own = max(live)
        different = {name: list(origin) for name, origin in origins.items() if origin != own and name != _ROW}
        text = json.dumps(different, sort_keys=True, separators=(",", ":")) if different else None
        return {"source_time": own[0], "batch_id": own[1], "field_sources_json": text}


def _own(row: Row) -> Origin:
    return row["source_time"], row["batch_id"]


def speaks_of(doc: Mapping[str, Sequence[Any]], place: int, batches: Collection[int]) -> bool:
    """Whether a row of a piece has a value from one of these batches."""
    if not batches or "batch_id" not in doc:
        return False
    if doc["batch_id"][place] in batches:
        return True
    text = doc["field_sources_json"][place]
    return bool(text) and any(origin[1] in batches for origin in json.loads(text).values())
