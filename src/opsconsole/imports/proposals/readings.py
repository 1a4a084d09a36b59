"""How a column is read as a field of a record: the entries of the field's table, with the proof and what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from opsconsole.imports.convert import DATE_TYPES, NUMBER_TYPES, status_codes
from opsconsole.imports.date_words import in_letters
from opsconsole.imports.proposals.date_reading import read_dates
from opsconsole.imports.proposals.figure_reading import currencies_of, read_figures
from opsconsole.imports.proposals.matching import serial_format
from opsconsole.imports.proposals.profile import Profile
from opsconsole.imports.proposals.text_reading import read_texts
from opsconsole.imports.records import RecordField, RecordKind, Type


@dataclass(frozen=True)
class Reading:
    """``how`` are entries of the field's table. A ``question`` (``asked``: its kind) has ``options`` (value, words);
    ``unknown`` are words of status with their rows, ``codes`` what they could mean.
    """

    how: dict[str, Any] = field(default_factory=dict)
    proof: str = ""
    question: str = ""
    asked: str = ""
    options: tuple[tuple[str, str], ...] = ()
    unknown: tuple[tuple[str, int], ...] = ()
    codes: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
    sign: str = ""


def read_column(counts: Mapping[str, int], column: Profile, known: RecordField, kind: RecordKind) -> Reading:
    """The reading of a column, given by its texts with their numbers of rows, as a field of a kind."""
    if known.type in DATE_TYPES:
        return _dates(counts, column)
    if known.type in NUMBER_TYPES:
        found = read_figures(column.name, counts, known)
        return Reading(found.how, found.proof, found.question, found.asked, found.options, sign=found.sign)
    if known.type is Type.FLAG:
        return Reading()
    texts = read_texts(counts, known, kind)
    codes = tuple(status_codes(kind.key, known.key).items())
    return Reading(texts.how, texts.proof, unknown=texts.unknown, codes=codes)


def _dates(counts: Mapping[str, int], column: Profile) -> Reading:
    serial = serial_format(column) if column.look("date") < 0.5 else ""
    if serial:
        return Reading({"format": serial}, f"all values are {in_letters(serial)}")
    found = read_dates(column.name, counts)
    how: dict[str, Any] = {"null": list(found.null)} if found.null else {}
    if found.format:
        how["format"] = found.format
    return Reading(how, found.proof, found.question, "date" if found.question else "", found.options, notes=found.notes)


def currency_of(name: str, counts: Mapping[str, int]) -> dict[str, Any]:
    """The currency that a column of amounts names: ``const`` where it is one, else how to read it row by row."""
    found = currencies_of(name, counts)
    if not found:
        return {}
    codes = set(found.values())
    if len(codes) == 1:
        return {"const": codes.pop()}
    if all(written == code for written, code in found.items()):
        return {"extract": "[A-Z]{3}"}
    marks = "|".join(sorted((_escaped(mark) for mark in found), key=len, reverse=True))
    return {"extract": marks, "map": dict(found)}


def _escaped(mark: str) -> str:
    return "".join(f"\\{sign}" if sign == "$" else sign for sign in mark)
