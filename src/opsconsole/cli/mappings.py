"""Saved mappings on the command line: list, show, propose, save, rename, delete, restore."""

import argparse
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from opsconsole.cli.opened import moment, opened, opened_if_any, progress, who
from opsconsole.cli.output import print_json, print_lines, print_listing
from opsconsole.cli.program import DONE
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.file_mapping import as_content, currency_question
from opsconsole.domain.instants import to_iso
from opsconsole.domain.wording import plural


def run(parsed: argparse.Namespace) -> int:
    """``mappings ACTION``: the exit code."""
    deeds = {"list": _list, "show": _show, "propose": _propose}
    return deeds.get(parsed.deed, _change)(parsed)


def _list(parsed: argparse.Namespace) -> int:
    from opsconsole.services.mappings import list_mappings

    with opened(parsed, read_only=True) as database:
        print_listing(list_mappings(database, moment(parsed)), as_json=parsed.json)
    return DONE


def _show(parsed: argparse.Namespace) -> int:
    from opsconsole.services.mappings import find_mapping

    with opened(parsed, read_only=True) as database:
        one = find_mapping(database, parsed.name)
    if parsed.json:
        told = {"as_of": to_iso(moment(parsed)), "name": one.name, "place": one.place, "fault": one.fault or None}
        print_json({**told, "mapping": one.content})
    else:
        print_lines([*one.text.rstrip().splitlines(), *([f"# Broken: {one.fault}"] if one.fault else [])])
    return DONE


def _propose(parsed: argparse.Namespace) -> int:
    from opsconsole.imports.saved import to_toml
    from opsconsole.services import mapping_editor
    from opsconsole.services.mapping_preview import preview

    known = {kind.key for kind in mapping_editor.record_kinds()}
    wrong = [kind for kind in parsed.kinds if kind not in known]
    if wrong:
        raise UserError(f"There is no record kind “{wrong[0]}”.", f"Kinds: {', '.join(sorted(known))}.")
    options = {key: getattr(parsed, key) for key in ("sheet", "header_row", "delimiter", "encoding")}
    with opened_if_any(parsed) as database:
        file = mapping_editor.open_for_mapping(parsed.path, options, database=database, progress=progress(parsed))
        proposed = mapping_editor.propose_mapping(file, parsed.kinds)
        _ask_currency(proposed, database, moment(parsed))
        seen = preview(file, proposed.draft, database, moment(parsed))
    content = as_content(proposed.draft)
    if parsed.json:
        print_json({"as_of": to_iso(moment(parsed)), **_as_json(file, proposed, seen), "mapping": content})
    elif not proposed.draft.records:
        print_lines([f"{file.name} holds no records that are known here.", "Name what its rows are with --kind."])
    else:
        print_lines([*_remarks(file, proposed, seen), "", *([] if parsed.out else to_toml(content).splitlines())])
    if parsed.out and proposed.draft.records:
        remarks = [f"# {line}" for line in _remarks(file, proposed, seen)]
        _write(Path(parsed.out), "\n".join([*remarks, "", to_toml(content)]))
    return DONE


def _ask_currency(proposed: Any, database: Any, now: int) -> None:
    """Ask for the currency of amounts that have none, beside what else only a person knows."""
    from opsconsole.services.import_currencies import proposals
    from opsconsole.services.mapping_editor import record_kinds

    kinds = {kind.key: kind for kind in record_kinds()}
    with nullcontext() if database is None else database.read() as connection:
        asked = currency_question(proposed.draft, kinds, proposals(connection, "", now))
    if asked is not None:
        proposed.questions.insert(0, asked)


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as fault:
        raise UserError(f"{path} cannot be written: {fault.strerror}.", "Choose another folder.") from None


def _remarks(file: Any, proposed: Any, seen: Any) -> list[str]:
    header = f"{file.name}: {plural(file.count, 'row')}, {file.description}, header on line {file.header.line}"
    lines = [f"{header} ({file.header.reason})."]
    for use in proposed.draft.uses:
        kind = proposed.draft.records[use.record].kind
        proof = f"; {use.proof}" if use.proof else ""
        lines.append(f"{kind}.{use.field} from {use.words()}: {use.reason}{proof}.")
    for question in proposed.questions:
        options = "".join(f" [{value}: {words}]" for value, words in question.options[:3] if question.kind != "status")
        lines.append(f"Open: {question.words}{options}")
    lines += proposed.notes
    if seen.fault:
        return [*lines, f"Not readable yet: {seen.fault}"]
    for one in seen.kinds:
        lines.append(f"{one.label}: {one.read - one.refused:,} would be read, {one.refused:,} refused.")
    for refusal in seen.refusals:
        where = f"line {refusal.line:,}, {refusal.field or 'whole line'}"
        lines.append(f"Refused: {refusal.rows:,} × {where}: found “{refusal.found}”, expected {refusal.expected}.")
    return lines


def _as_json(file: Any, proposed: Any, seen: Any) -> dict[str, Any]:
    draft = proposed.draft
    return {
        "file": file.name,
        "rows": file.count,
        "description": file.description,
        "header_line": file.header.line,
        "columns": list(file.names),
        "fields": [
            {"kind": draft.records[use.record].kind, "field": use.field, "from": use.words(), "reason": use.reason,
             "proof": use.proof or None, "score": round(use.score, 2)}
            for use in draft.uses
        ],
        "questions": [
            {"kind": one.kind, "words": one.words, "column": one.about or None, "field": one.field,
             "text": one.text or None, "options": [list(pair) for pair in one.options]}
            for one in proposed.questions
        ],
        "notes": proposed.notes,
        "fault": seen.fault or None,
        "records": [{"kind": one.kind, "read": one.read, "refused": one.refused} for one in seen.kinds],
        "refusals": [
            {"field": one.field, "rows": one.rows, "line": one.line, "found": one.found, "expected": one.expected}
            for one in seen.refusals
        ],
    }  # fmt: skip


def _change(parsed: argparse.Namespace) -> int:
    from opsconsole.services import mappings_changes as service
    from opsconsole.services.mappings import SavedMapping, find_mapping, read_stored

    now = moment(parsed)
    with opened(parsed) as database:
        if parsed.deed == "save":
            content = service.read_mapping_file(parsed.path)
            old: SavedMapping | None = None
            if parsed.replace:
                with database.read() as connection:
                    known = [one for one in read_stored(connection) if one.name == content["name"]]
                old = known[0] if known else None
            change = service.save_mapping(database, content, who=who(), now=now, replaces=old)
        elif parsed.deed == "rename":
            one = find_mapping(database, parsed.name)
            change = service.rename_mapping(database, one, parsed.new_name, who=who(), now=now)
        else:
            deed = service.delete_mapping if parsed.deed == "delete" else service.restore_mapping
            change = deed(database, find_mapping(database, parsed.name), who=who(), now=now)
    return _tell(parsed, change, now)


def _tell(parsed: argparse.Namespace, change: Change, now: int) -> int:
    if parsed.json:
        print_json({"as_of": to_iso(now), "words": change.words, "mapping": change.ids[0], "change": change.id})
    else:
        print_lines([f"{change.words}."])
    return DONE
