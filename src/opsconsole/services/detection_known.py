"""Which exceptions the findings of a run speak about: looked up for all rules together, since each asks for few."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from opsconsole.domain.listing import in_order
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
    for row in _of_subjects(connection, list(in_order(list(missing)))):
        known[row.rule][row.subject_kind, row.subject] = row
    return dict(known)


def _active(connection: Connection, whole: Sequence[Finding]) -> Iterable[Row[Any]]:
    for finding in whole:
        yield from connection.execute(select(exceptions).where(ACTIVE, _e.rule == finding.rule.code))


def _of_orders(connection: Connection, parts: Sequence[Finding], scope: Scope) -> Iterable[Row[Any]]:
    """Those of the orders that all rules look at, and of the further ones that one does."""
    every = frozenset(scope.candidates or ())
    own = {finding.rule.code: frozenset(scope.own.get(finding.rule.code, ())) - every for finding in parts}
    rows = _about_orders(connection, every, [finding.rule.code for finding in parts])
    further = frozenset[int]().union(*own.values())
    more = _about_orders(connection, further, [code for code, ids in own.items() if ids])
    return [*rows, *(row for row in more if row.order_fk in own[row.rule])]


def _about_orders(connection: Connection, orders: Collection[int], rules: Sequence[str]) -> Sequence[Row[Any]]:
    if not orders:
        return ()
    with dialect.id_set(connection, orders) as ids:
        about = select(exceptions).where(_e.order_fk.in_(select(ids.c.id)), (_e.rule + "").in_(rules))
        return connection.execute(about).all()


def _of_skus(connection: Connection, parts: Sequence[Finding]) -> Iterable[Row[Any]]:
    """Active ones of the SKUs asked about, found by how their subjects begin."""
    for finding in parts:
        asked = frozenset(finding.demand.skus if finding.demand else ())
        subjects = select(_e.id, _e.subject).where(ACTIVE, _e.rule == finding.rule.code)
        begun = {sku.split(AT, 1)[0] for sku in asked}
        wanted = [row.id for row in connection.execute(subjects) if row.subject.split(AT, 1)[0] in begun]
        with dialect.id_set(connection, wanted) as ids:
            rows = connection.execute(select(exceptions).where(_e.id.in_(select(ids.c.id))))
            yield from (row for row in rows if json.loads(row.evidence_json).get("sku") in asked)


def _of_subjects(connection: Connection, keys: Sequence[tuple[str, str, str]]) -> Iterable[Row[Any]]:
    for chunk in dialect.chunks(keys):
        names = ("rule", "subject_kind", "subject")
        wanted = dialect.key_set(connection, dict(zip(names, zip(*chunk, strict=True), strict=True)))
        same = and_(*(_e[name] == wanted.c[name] for name in names))
        yield from connection.execute(select(exceptions).join_from(wanted, exceptions, same))
