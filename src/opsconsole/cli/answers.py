"""Commands that ask: list, explain, export."""

import argparse
from pathlib import Path

from opsconsole.cli import handover
from opsconsole.cli.opened import moment, opened, progress
from opsconsole.cli.output import print_json, print_lines, print_listing
from opsconsole.cli.program import DONE
from opsconsole.domain.instants import day_to_date, to_iso
from opsconsole.domain.money import to_decimal
from opsconsole.domain.wording import plural, unmarked
from opsconsole.services import exports, lists


def list_rows(parsed: argparse.Namespace) -> int:
    """``list WHAT``: the rows as a table or one JSON object."""
    options = lists.Options(tuple(parsed.filters), parsed.period, parsed.by)
    with opened(parsed, read_only=True) as database:
        listing = lists.list_named(database, parsed.what, moment(parsed), options)
    print_listing(listing, as_json=parsed.json)
    return DONE


def explain(parsed: argparse.Namespace) -> int:
    """``explain KPI|EXCEPTION-ID``: what the number or the exception is made of."""
    if parsed.subject.lstrip("#").isdigit():
        return _explain_exception(parsed, int(parsed.subject.lstrip("#")))
    return _explain_kpi(parsed)


def _explain_kpi(parsed: argparse.Namespace) -> int:
    from opsconsole.services import kpis

    now = moment(parsed)
    with opened(parsed, read_only=True) as database:
        told = kpis.explain(database, now, parsed.subject.lower(), grain=parsed.period)
    if not parsed.json:
        print_lines([told.definition, *map(unmarked, told.sentences)])
        return DONE
    found = told.reading
    print_json(
        {
            "as_of": to_iso(now),
            "key": told.kpi.key,
            "label": told.kpi.label,
            "definition": told.definition,
            "period_start": day_to_date(told.period.start).isoformat(),
            "period_end": day_to_date(told.period.end).isoformat(),
            "state": str(found.state),
            "value": found.value,
            "unit": told.currency if told.kpi.unit == "money" else told.kpi.unit,
            "numerator": found.numerator,
            "numerator_words": told.numerator_words,
            "denominator": found.denominator,
            "denominator_words": told.denominator_words,
            "clock": told.clock_words,
            "excluded": [{"reason": reason, "rows": rows} for reason, rows in told.excluded],
            "missing": told.missing or None,
            "evidence": [unmarked(sentence) for sentence in told.sentences],
        }
    )
    return DONE


def _explain_exception(parsed: argparse.Namespace, exception_id: int) -> int:
    from opsconsole.services.order_exceptions import exception_page

    now = moment(parsed)
    with opened(parsed, read_only=True) as database:
        page = exception_page(database, now, exception_id)
    if not parsed.json:
        print_lines([f"{page.severity} {page.title}, {page.about}".rstrip(", "), *map(unmarked, page.why)])
        return DONE
    risk = None if page.value_at_risk is None else str(to_decimal(page.value_at_risk, page.currency))
    print_json(
        {
            "as_of": to_iso(now),
            "id": page.id,
            "type": page.rule,
            "severity": page.severity,
            "severity_reason": page.severity_reason,
            "state": page.state,
            "subject_kind": page.subject_kind,
            "subject": page.subject,
            "order": page.order or None,
            "channel": page.channel or None,
            "owner": page.owner or None,
            "opened_at": to_iso(page.opened_at),
            "due_at": to_iso(page.due_at),
            "value_at_risk": risk,
            "currency": page.currency,
            "evidence": [unmarked(sentence) for sentence in page.why],
        }
    )
    return DONE


def export(parsed: argparse.Namespace) -> int:
    """``export WHAT OUT.xlsx``: a workbook."""
    if parsed.what == "handover":
        path = handover.export(parsed)
    else:
        with opened(parsed, read_only=True) as database:
            target, now = Path(parsed.path), moment(parsed)
            path = exports.export_tab(
                database, parsed.what, target, now, period=parsed.period, progress=progress(parsed)
            )
    size = path.stat().st_size
    if parsed.json:
        print_json({"as_of": to_iso(moment(parsed)), "path": str(path), "bytes": size})
    else:
        print_lines([f"Wrote {path} ({plural(max(1, size // 1024), 'KB', 'KB')})."])
    return DONE
