"""Which exceptions the findings of a run speak about: looked up for all rules together, since each asks for few."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from opsconsole.rules.order_exceptions_conditions import ACTIVE
from opsconsole.rules.rule import AT
from opsconsole.services.detection_findings import Finding
from opsconsole.services.detection_scope import Scope
from opsconsole.store import dialect
from opsconsole.store.schema import exceptions

Known = Mapping[tuple[str, str], Row[Any]]
_e = exceptions.c


def known_exceptions(connection: Connection, findings: Sequence[Finding], scope: Scope) -> dict[str, Known]:
    """Per rule that ran, by kind and subject: those of its scope, and closed ones of the subjects found.

    The scope of a rule that was asked as a whole are its active ones, else all of the orders, or the active ones of the
    SKUs, it was asked about. One of a subject found may stand under another order, or none, since before.
    """
    ran = [finding for finding in findings if finding.state == "ran"]
    known: dict[str, dict[tuple[str, str], Row[Any]]] = {finding.rule.code: {} for finding in ran}
    parts = [finding for finding in ran if finding.rule.scoped and not finding.whole]
    of_skus = [finding for finding in ran if finding.demand is not None and not finding.whole]
    whole = [finding for finding in ran if finding not in parts and finding not in of_skus]
    rows = [*_of_orders(connection, parts, scope), *_of_skus(connection, of_skus), *_active(connection, whole)]
    for row in rows:
        known[row.rule][row.subject_kind, row.subject] = row
    missing = {
        (finding.rule.code, found.kind, found.subject)
        for finding in ran
        for found in finding.found
        if (found.kind, found.subject) not in known[finding.rule.code]
    }
    for row in _of_subjects(connection, sorted(missing)):
        known[row.rule][row.subject_kind, row.subject] = row
    return dict(known)


def _active(connection: Connection, whole: Sequence[Finding]) -> Iterable[Row[Any]]:
    for finding in whole:
        yield from connection.execute(select(exceptions).where(ACTIVE, _e.rule == finding.rule.code))


def _of_orders(connection: Connection, parts: Sequence[Finding], scope: Scope) -> Iterable[Row[Any]]:
    asked = {finding.rule.code: frozenset(scope.among(finding.rule)) for finding in parts}
    every = frozenset[int]().union(*asked.values())
    if not every:
        return ()
    with dialect.id_set(connection, every) as ids:
        rows = connection.execute(select(exceptions).where(_e.order_fk.in_(select(ids.c.id)))).all()
    return [row for row in rows if row.order_fk in asked.get(row.rule, ())]


def _of_skus(connection: Connection, parts: Sequence[Finding]) -> Iterable[Row[Any]]:
    """Active ones of the SKUs asked about, found by what may be the SKU in their subjects."""
    for finding in parts:
        asked = frozenset(finding.demand.skus if finding.demand else ())
        subjects = select(_e.id, _e.subject).where(ACTIVE, _e.rule == finding.rule.code)
        wanted = [row.id for row in connection.execute(subjects) if not asked.isdisjoint(_skus_of(row.subject))]
        with dialect.id_set(connection, wanted) as ids:
            rows = connection.execute(select(exceptions).where(_e.id.in_(select(ids.c.id))))
            yield from (row for row in rows if json.loads(row.evidence_json).get("sku") in asked)


def _skus_of(subject: str) -> Iterator[str]:
    """What of a subject may be its SKU: the whole, or what stands before a place."""
    parts = subject.split(AT)
    return (AT.join(parts[:count]) for count in range(1, len(parts) + 1))


def _of_subjects(connection: Connection, keys: Sequence[tuple[str, str, str]]) -> Iterable[Row[Any]]:
    for chunk in dialect.chunks(keys):
        names = ("rule", "subject_kind", "subject")
        wanted = dialect.key_set(connection, dict(zip(names, zip(*chunk, strict=True), strict=True)))
        same = and_(*(_e[name] == wanted.c[name] for name in names))
        yield from connection.execute(select(exceptions).join_from(wanted, exceptions, same))
