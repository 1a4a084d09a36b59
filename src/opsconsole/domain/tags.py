"""Tags of an exception: a few short words, kept as one text so that lists and workbooks need nothing special."""

from collections.abc import Iterable

from opsconsole.domain.errors import UserError

LONGEST = 40
_SEPARATOR = ", "


def split(text: str | None) -> tuple[str, ...]:
    """The tags of a stored or typed text: at commas, without blanks and repetitions, by alphabet."""
    return _in_order((text or "").split(","))


def join(tags: Iterable[str]) -> str:
    """The text that is stored: ``gift, vip``."""
    return _SEPARATOR.join(_in_order(tags))


def changed(text: str | None, add: Iterable[str], remove: Iterable[str]) -> str:
    """The stored text with tags added and others taken away; upper and lower case are the same tag."""
    gone = {tag.casefold() for tag in remove}
    return join([*(tag for tag in split(text) if tag.casefold() not in gone), *add])


def checked(tags: Iterable[str]) -> tuple[str, ...]:
    """Tags as they are stored; UserError for one that is too long."""
    known = _in_order(tag for given in tags for tag in given.split(","))
    for tag in known:
        if len(tag) > LONGEST:
            raise UserError(f"“{tag}” is too long for a tag.", f"Write at most {LONGEST} characters.")
    return known


def _in_order(tags: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for tag in tags:
        clean = " ".join(tag.split())
        if clean:
            found.setdefault(clean.casefold(), clean)
    return tuple(found[key] for key in sorted(found))
