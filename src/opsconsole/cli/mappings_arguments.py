"""What can be asked of saved mappings on the command line. Only the standard library."""

import argparse
from typing import Any


def add_mappings(command: Any, common: argparse.ArgumentParser, parser_class: type[argparse.ArgumentParser]) -> None:
    """Add ``mappings list|show|propose|save|rename|delete|restore``; ``common`` are those of every command."""
    whole = command("mappings", "saved mappings: list, show, propose, save, rename, delete, restore")
    actions = whole.add_subparsers(dest="deed", metavar="ACTION", required=True, parser_class=parser_class)

    def action(name: str, words: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, parents=[common], help=words, description=words)
        return made

    action("list", "every saved mapping, and the files that were read with it")
    show = action("show", "print a mapping as its small file")
    show.add_argument("name", metavar="NAME")
    propose = action("propose", "propose a mapping for a file that nobody has mapped, with reasons and what is open")
    propose.add_argument("path", metavar="FILE")
    propose.add_argument(
        "--kind", dest="kinds", action="append", default=[], metavar="KIND",
        help="what the rows are (see “opsconsole sources --fields”); several may be named",
    )  # fmt: skip
    propose.add_argument("--sheet", default="", metavar="NAME", help="of a spreadsheet")
    propose.add_argument("--header-row", dest="header_row", type=int, default=0, metavar="N", help="line of the header")
    propose.add_argument("--delimiter", default="", metavar="SIGN", help="between the columns of a text")
    propose.add_argument("--encoding", default="", metavar="NAME", help="of a text, as in cp1252")
    propose.add_argument("--out", default="", metavar="FILE.toml", help="write the proposal into a file")
    save = action("save", "keep a mapping file in the database, for everybody who imports into it")
    save.add_argument("path", metavar="FILE.toml")
    save.add_argument("--replace", action="store_true", help="in the place of the one of its name")
    rename = action("rename", "give a mapping another name; its imports go with it")
    rename.add_argument("name", metavar="NAME")
    rename.add_argument("new_name", metavar="NEW-NAME")
    for name, words in (("delete", "take a mapping out of use; it can be restored"), ("restore", "use it again")):
        action(name, words).add_argument("name", metavar="NAME")
