"""What can be asked about imported files on the command line. Only the standard library."""

import argparse
from typing import Any


def add_imports(command: Any, common: argparse.ArgumentParser, parser_class: type[argparse.ArgumentParser]) -> None:
    """Add ``imports undo|rejects``; ``common`` are the arguments of every command."""
    whole = command("imports", "imported files: undo one, write its refused lines as a workbook")
    deeds = whole.add_subparsers(dest="deed", metavar="DEED", required=True, parser_class=parser_class)

    def deed(name: str, words: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = deeds.add_parser(name, parents=[common], help=words, description=words)
        made.add_argument("batch", type=_batch, metavar="BATCH", help="its number (see “opsconsole list imports”)")
        return made

    undo = deed("undo", "take an import back: what newer files or people wrote since stays")
    write = deed("rejects", "write the refused lines of an import as a workbook, to be corrected and imported")
    write.add_argument("path", metavar="OUT.xlsx")
    undo.add_argument("--dry-run", action="store_true", help="say what would change and change nothing")


def _batch(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"“{text}” is not the number of an import")
    return int(text)
