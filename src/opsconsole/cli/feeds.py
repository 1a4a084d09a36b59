"""SQL feeds and watched folders on the command line: list, add-query, add-folder, test, run, runs, files, on, off."""

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from opsconsole.cli.connections import password_for
from opsconsole.cli.opened import moment, opened, progress, who
from opsconsole.cli.output import print_json, print_lines, print_listing
from opsconsole.cli.program import DONE
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import to_iso
from opsconsole.domain.sourcing import FAILED, SqlFeed, WatchedFolder
from opsconsole.domain.wording import unmarked
from opsconsole.services import clockwork, feed_runs, sourcing, sql_connections, sql_feeds, watched_folders
from opsconsole.services.credentials import Passwords
from opsconsole.services.sourcing import QUERY, Known, RunReport
from opsconsole.store.database import Database


def run(parsed: argparse.Namespace) -> int:
    """``feeds ACTION``: the exit code."""
    deeds = {
        "list": _list, "add-query": _add_query, "add-folder": _add_folder, "test": _test, "run": _run, "runs": _runs,
        "files": _files, "on": _switch, "off": _switch, "remove": _remove,
    }  # fmt: skip
    return deeds[parsed.deed](parsed)


def _list(parsed: argparse.Namespace) -> int:
    with opened(parsed, read_only=True) as database:
        print_listing(sourcing.list_sourcing(database, moment(parsed)), as_json=parsed.json)
    return DONE


def _add_query(parsed: argparse.Namespace) -> int:
    with opened(parsed) as database:
        connection = sql_connections.find_connection(database, parsed.connection)
        feed = SqlFeed(
            parsed.name, connection.id, _query(parsed), parsed.source, parsed.channel, parsed.location,
            parsed.mark_column, parsed.begin_with, parsed.overlap, parsed.limit, parsed.schedule,
        )  # fmt: skip
        known = _known(database, parsed.name)
        if known is not None and known.kind == QUERY:
            old = sql_feeds.find_feed(database, known.id)
            feed = replace(feed, id=old.id, version=old.version, enabled=old.enabled)
        change = sql_feeds.save_feed(database, feed, who=who(), now=moment(parsed))
    return _tell(parsed, change)


def _query(parsed: argparse.Namespace) -> str:
    if parsed.query is not None:
        return str(parsed.query)
    try:
        return Path(parsed.query_file).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError):
        raise UserError(f"{parsed.query_file} cannot be read.", "Give a text file with one SELECT.") from None


def _add_folder(parsed: argparse.Namespace) -> int:
    place = str(Path(parsed.path).expanduser().absolute())
    folder = WatchedFolder(
        parsed.name, "", place, parsed.pattern, parsed.recursive, parsed.source, parsed.channel, parsed.location,
        parsed.schedule,
    )  # fmt: skip
    with opened(parsed) as database:
        known = _known(database, parsed.name)
        if known is not None and known.kind != QUERY:
            old = watched_folders.find_folder(database, known.id)
            folder = replace(folder, id=old.id, version=old.version, enabled=old.enabled)
        change = watched_folders.save_folder(database, folder, who=who(), now=moment(parsed))
    return _tell(parsed, change)


def _known(database: Database, name: str) -> Known | None:
    try:
        return sourcing.find(database, name)
    except UserError:
        return None


def _test(parsed: argparse.Namespace) -> int:
    passwords = Passwords()
    with opened(parsed) as database:
        one = sourcing.find(database, parsed.name)
        _ask(parsed, database, [one], passwords)
        report = sourcing.run(
            database, [one], passwords, who=who(), now=moment(parsed), by_person=True, dry_run=True,
            progress=progress(parsed),
        )  # fmt: skip
    return _told(parsed, report, "")


def _run(parsed: argparse.Namespace) -> int:
    now, passwords = moment(parsed), Passwords()
    if parsed.from_beginning and not parsed.name:
        raise UserError("From the beginning runs one feed.", "Name it.")
    with opened(parsed) as database:
        feeds = _chosen(parsed, database, now)
        _ask(parsed, database, feeds, passwords)
        report = sourcing.run(
            database, feeds, passwords, who=who(), now=now, by_person=bool(parsed.name),
            from_beginning=parsed.from_beginning, progress=progress(parsed),
        )  # fmt: skip
        detected = clockwork.turn(database, now, who=who()).words if report.written else ""
    if not feeds and not parsed.json:
        print_lines(["Nothing is due."])
        return DONE
    return _told(parsed, report, detected)


def _chosen(parsed: argparse.Namespace, database: Database, now: int) -> list[Known]:
    if parsed.name:
        return [sourcing.find(database, parsed.name)]
    return sourcing.switched_on(database) if parsed.all else sourcing.due(database, now)


def _ask(parsed: argparse.Namespace, database: Database, feeds: Sequence[Known], passwords: Passwords) -> None:
    """Have the passwords ready that a person or standard input can say; those nobody knows are told by the run."""
    for one in feeds:
        if one.kind == QUERY:
            connection = sql_connections.find_connection(database, sql_feeds.find_feed(database, one.id).connection_id)
            try:
                password_for(parsed, connection, passwords)
            except UserError:
                continue
            parsed.password_stdin = False  # its one line has been read


def _told(parsed: argparse.Namespace, report: RunReport, detected: str) -> int:
    if parsed.json:
        print_json({**report.as_json(), "detection": detected or None})
    else:
        lines: list[str] = []
        for one in report.ran:
            if one.report is not None and one.outcome != FAILED:
                lines += map(unmarked, one.report.words())
            else:
                lines.append(sourcing.said_of(one.name, one.words))
        lines += [sourcing.said_of(name, words) for name, words in report.not_ready]
        print_lines([*lines, *([f"Exceptions: {detected}."] if detected else [])])
    for bug in report.faults:
        raise bug
    return report.exit_code


def _runs(parsed: argparse.Namespace) -> int:
    with opened(parsed, read_only=True) as database:
        one = sourcing.find(database, parsed.name) if parsed.name else None
        feed = one.id if one is not None and one.kind == QUERY else None
        folder = one.id if one is not None and one.kind != QUERY else None
        print_listing(feed_runs.list_runs(database, moment(parsed), feed=feed, folder=folder), as_json=parsed.json)
    return DONE


def _files(parsed: argparse.Namespace) -> int:
    with opened(parsed, read_only=True) as database:
        one = sourcing.find(database, parsed.name)
        if one.kind == QUERY:
            raise UserError(f"“{one.name}” is a query.", "Only watched folders have files.")
        print_listing(watched_folders.list_files(database, one.id, moment(parsed)), as_json=parsed.json)
    return DONE


def _switch(parsed: argparse.Namespace) -> int:
    with opened(parsed) as database:
        one = sourcing.find(database, parsed.name)
        change = sourcing.switch(database, one, on=parsed.deed == "on", who=who(), now=moment(parsed))
    return _tell(parsed, change)


def _remove(parsed: argparse.Namespace) -> int:
    with opened(parsed) as database:
        one = sourcing.find(database, parsed.name)
        change = sourcing.remove(database, one, who=who(), now=moment(parsed))
    return _tell(parsed, change)


def _tell(parsed: argparse.Namespace, change: Change) -> int:
    if parsed.json:
        print_json({"as_of": to_iso(moment(parsed)), "words": change.words})
    else:
        print_lines([f"{change.words}."])
    return DONE
