"""The text of a query against somebody else's database: one statement that only reads, with ``:since`` at most.

This refuses what is plainly no question, in words, before it is sent. What holds in any case is the read-only
transaction it runs in, and an account that may only read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from opsconsole.domain.errors import UserError

SINCE = "since"
_WRITES = {
    "insert", "update", "delete", "merge", "replace", "upsert", "create", "alter", "drop", "truncate", "grant",
    "revoke", "call", "exec", "execute", "do", "copy", "load", "lock", "set", "use", "begin", "commit", "rollback",
    "vacuum", "analyze", "pragma", "attach", "detach", "rename", "comment", "reindex", "explain", "declare", "kill",
    "show",
}  # fmt: skip
_HINT = "Write one SELECT, or WITH … SELECT; nothing is ever written there."


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of SQL: ``word`` (lower case), ``sign``, ``bind`` (a name), or what says nothing here (``other``)."""

    kind: str
    text: str
    start: int
    end: int


def check(sql: str, *, backslashes: bool = False) -> str:
    """The statement without what stands behind it; UserError says why it is none that only reads.

    ``backslashes``: the server reads them as escapes inside of quotes (MariaDB, MySQL).
    """
    parts = list(_parts(sql, backslashes))
    telling = [part for part in parts if part.kind != "comment"]
    while telling and telling[-1].text == ";":
        telling.pop()
    if not telling:
        raise UserError("There is no query.", _HINT)
    _refuse_more(telling)
    first = next((part.text for part in telling if part.text != "("), "")
    if first in ("select", "with"):
        _refuse_writing(telling)
        return sql[: telling[-1].end].strip()
    if first in _WRITES:
        raise UserError(f"{first.upper()} is no question: a feed only reads.", _HINT)
    raise UserError(f"The query begins with “{first[:40]}”.", _HINT)


def _refuse_more(telling: list[_Part]) -> None:
    if any(part.text == ";" and part.kind == "sign" for part in telling):
        raise UserError("The query holds more than one statement: there is a “;” inside.", _HINT)
    if any(part.kind == "hidden" for part in telling):
        raise UserError(
            "The query holds a comment that a server may carry out (/*! … */, or one in another).", "Take it out."
        )
    if telling[-1].kind == "open":
        raise UserError(f"The query ends inside of {telling[-1].text}.", "Close it.")


def _refuse_writing(telling: list[_Part]) -> None:
    words = [part.text for part in telling if part.kind in ("word", "sign")]
    for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
        if word == "into":
            raise UserError("SELECT … INTO writes a table, a file or a variable: a feed only reads.", "Take INTO out.")
        if word in ("insert", "update", "delete", "merge") and before in ("(", "materialized"):
            raise UserError(f"The WITH holds {word.upper()}: a feed only reads.", _HINT)
        if (word == "for" and after in ("update", "share", "no", "key")) or (word == "lock" and after == "in"):
            raise UserError(f"{word.upper()} {after.upper()} locks rows there: a feed only reads.", "Take it out.")


def uses_since(sql: str, *, backslashes: bool = False) -> bool:
    """Whether the statement has the value ``:since``."""
    return any(part.kind == "bind" and part.text == SINCE for part in _parts(sql, backslashes))


def marked(sql: str, *, backslashes: bool = False) -> str:
    """The statement for a library that takes ``:name`` for a value: every colon but that of ``:since`` is escaped."""
    made, done = [], 0
    for part in _parts(sql, backslashes):
        made.append(sql[done : part.start].replace(":", "\\:"))
        inside = sql[part.start : part.end]
        made.append(f":{SINCE}" if part.kind == "bind" and part.text == SINCE else inside.replace(":", "\\:"))
        done = part.end
    return "".join([*made, sql[done:].replace(":", "\\:")])


_WORD = re.compile(r"[^\W\d][\w$#]*")
_BIND = re.compile(r":([A-Za-z_]\w*)")
_DOLLAR = re.compile(r"\$([A-Za-z_]\w*)?\$")
_NUMBER = re.compile(r"\d[\w.]*")


def _parts(sql: str, backslashes: bool) -> Iterator[_Part]:
    at = 0
    while at < len(sql):
        part = _part(sql, at, backslashes)
        if part is not None:
            yield part
        at = part.end if part is not None else at + 1


def _part(sql: str, at: int, backslashes: bool) -> _Part | None:
    """What begins at a place; None for a blank."""
    character, pair = sql[at], sql[at : at + 2]
    if character.isspace():
        return None
    if pair == "--" or (character == "#" and backslashes):
        end = sql.find("\n", at)
        return _Part("comment", "", at, len(sql) if end < 0 else end)
    if pair == "/*":
        return _comment(sql, at)
    if character in "'\"`" or (
        character == "[" and re.match(r"\[[^\W\d][^\]\n]*\]", sql[at:]) and not _indexes(sql, at)
    ):
        return _quoted(sql, at, backslashes)
    if character == "$" and (dollar := _DOLLAR.match(sql, at)) is not None:
        end = sql.find(dollar[0], dollar.end())
        return _Part("open", "a text in $$", at, len(sql)) if end < 0 else _Part("other", "", at, end + len(dollar[0]))
    if pair == "::":
        return _Part("other", "", at, at + 2)
    if character == ":" and (bind := _BIND.match(sql, at)) is not None:
        return _Part("bind", bind[1].lower(), at, bind.end())
    if (word := _WORD.match(sql, at)) is not None:
        return _Part("word", word[0].lower(), at, word.end())
    if (number := _NUMBER.match(sql, at)) is not None:
        return _Part("other", "", at, number.end())
    return _Part("sign", character, at, at + 1)


def _indexes(sql: str, at: int) -> bool:
    """Whether a bracket picks from what stands before it (``tags[i]``) and quotes no name."""
    return at > 0 and (sql[at - 1].isalnum() or sql[at - 1] in '_)]"')


def _comment(sql: str, at: int) -> _Part:
    """A comment in ``/* */``; where another begins inside, databases differ on where it ends, so that is refused."""
    end = sql.find("*/", at + 2)
    if end < 0:
        return _Part("open", "a comment", at, len(sql))
    hidden = re.match(r"/\*M?!", sql[at:]) or "/*" in sql[at + 2 : end]
    return _Part("hidden" if hidden else "comment", "", at, end + 2)


def _quoted(sql: str, at: int, backslashes: bool) -> _Part:
    close = "]" if sql[at] == "[" else sql[at]
    # E'…' has backslash escapes in PostgreSQL, whatever the setting.
    escapes = (backslashes and close in "'\"") or (close == "'" and bool(re.search(r"(?<!\w)[eE]$", sql[:at])))
    place = at + 1
    while place < len(sql):
        if escapes and sql[place] == "\\":
            place += 2
        elif sql[place] != close:
            place += 1
        elif sql[place + 1 : place + 2] == close:
            place += 2
        else:
            return _Part("other", "", at, place + 1)
    return _Part("open", f"a text in {sql[at]}", at, len(sql))
