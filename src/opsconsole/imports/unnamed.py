"""Rows that name no order (or purchase order): each is refused by itself, so that each stands alone."""

from collections.abc import Iterator

import numpy as np

from opsconsole.imports import convert
from opsconsole.imports.columns import Mask, key_columns, normalized
from opsconsole.imports.evaluate import Evaluator
from opsconsole.imports.mapping import Expression, RecordSpec, type_of
from opsconsole.imports.records import group_fields


def group_field(spec: RecordSpec) -> str:
    """The field that names what its records are refused with; empty where each stands for itself."""
    names = group_fields(spec.kind)
    return names[-1] if names and names[-1] in spec.fields else ""


def told_by_row(spec: RecordSpec, name: str) -> bool:
    """Whether a field's value in a row is told by that row's texts alone."""
    expression = spec.fields[name]
    alone = expression.rows == "first" and all(map(_row_by_row, all_parts(expression)))
    return alone and type_of(spec, name) in convert.TEXT_TYPES


def all_parts(expression: Expression) -> Iterator[Expression]:
    """An expression, its parts and theirs."""
    yield expression
    for part in expression.parts():
        yield from all_parts(part)


def _row_by_row(e: Expression) -> bool:
    by_format = (e.sum, e.product, e.zone_of, e.day_of, e.plus_minutes)
    return not (e.within or e.occurrence_of or any(by_format))


def unnamed(evaluator: Evaluator, spec: RecordSpec) -> Mask:
    """Rows without the number of the order that a record needs, and without any other key of ``one_per``."""
    table, name = evaluator.table, group_field(spec)
    none = np.zeros(len(table), np.bool_)
    if not name or not spec.kind.field(name).required or not told_by_row(spec, name):
        return none
    expression = spec.fields[name]
    if not evaluator.available(expression):
        return none
    every = np.ones(len(table), np.bool_)
    found: Mask = evaluator.value(spec.kind, name, type_of(spec, name), expression, every).codes < 0
    own = {normalized(column) for part in all_parts(expression) for column in part.columns}
    others = [
        key for key in spec.one_per if not own.issuperset(map(normalized, (key,) if isinstance(key, str) else key))
    ]
    for column in key_columns(table, others) if found.any() else ():
        found &= ~np.fromiter((bool(text.strip()) for text in column.values), np.bool_, len(column.values))[
            column.codes
        ]
    return found
