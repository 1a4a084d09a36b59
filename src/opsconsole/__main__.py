"""Where the program starts: a command goes to the command line, the window and its pictures to the window."""

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse


def main(argv: Sequence[str] | None = None) -> int:
    """Run what was asked for; the exit code (see ``opsconsole --help``)."""
    _give_it_streams()
    given = list(sys.argv[1:] if argv is None else argv)
    if given in (["--version"], ["-V"]):
        from opsconsole import __version__

        print(f"opsconsole {__version__}")
        return 0
    if not given and not os.environ.get("OPSCONSOLE_DATABASE"):
        # The usual start goes straight to the window: nothing is parsed, nothing more is imported.
        from opsconsole import app

        return app.main()
    from opsconsole.cli import arguments, program

    def work() -> int:
        parsed = arguments.parse(given)
        if parsed.command in arguments.WINDOW_COMMANDS:
            return _with_window(parsed)
        return program.run(parsed)

    return program.guarded(work)


def _with_window(parsed: "argparse.Namespace") -> int:
    from opsconsole import app

    if parsed.command == "window":
        return app.main(app.Options(database=parsed.database, demo=parsed.demo, as_of=parsed.as_of))
    if parsed.command == "self-test":
        from opsconsole.desktop import self_test

        return self_test.run(app.open_alone, Path(parsed.report) if parsed.report else None, as_json=parsed.json)
    path = app.render_screenshot(
        parsed.tab,
        Path(parsed.path),
        parsed.size,
        parsed.theme,
        parsed.scale,
        database_url=parsed.database or _own_database(),
        as_of=parsed.as_of,
    )
    print(path)
    return 0


def _own_database() -> str:
    from opsconsole.services import databases

    return str(databases.default_database_url())


def _give_it_streams() -> None:
    """A windowed program has no standard streams; what is written to them then goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - open to the end


if __name__ == "__main__":
    sys.exit(main())
