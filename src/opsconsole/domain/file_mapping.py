"""A mapping while it is made: which column of a file fills which field, what is proposed and why, what is still asked.

Plain values that a screen can edit. ``as_content`` gives a mapping's content as it stands in its small TOML file, and
``from_content`` takes any such content, also what no screen can edit: that stays as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from opsconsole.domain.errors import UserError

# What in a field's table says how the text is read, in the order in which it is written.
READING = ("null", "strip_prefix", "strip_suffix", "extract", "slug", "lower", "map", "default", "format", "decimal",
           "scale", "round")  # fmt: skip
_AMOUNTS = ("money", "price_e4")
_OF_FILE = ("encoding", "delimiter", "header_row", "sheet", "column_starts", "currency", "time_zone", "decimal")


@dataclass(frozen=True, slots=True)
class Question:
    """Something only a person knows. ``options`` are (value, words); ``about`` is a column, ``text`` a value of it.

    ``kind``: date (which format), decimal (which sign), unit (of weights), status (what a word means), currency (of
    the file's amounts), const (the same in every row).
    """

    kind: str
    words: str
    options: tuple[tuple[str, str], ...] = ()
    about: str = ""
    record: int = 0
    field: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class FieldUse:
    """How one field of a record is filled: ``how`` is its table as in TOML. ``reason`` and ``proof`` say why."""

    record: int
    field: str
    how: Mapping[str, Any]
    reason: str = ""
    proof: str = ""
    score: float = 1.0

    @property
    def column(self) -> str:
        """The one column it comes from; empty for constants and what is worked out of several."""
        told = self.how.get("from", "")
        if isinstance(told, str):
            return told
        return str(told[0]) if len(told) == 1 else ""

    @property
    def editable(self) -> bool:
        """Whether a screen can show all of it: a column or a constant with how it is read, or a product of columns."""
        plain = {"from", "const", "product", *READING, "optional", "required", "time_zone"}
        columns = self.how.get("product", ())
        return set(self.how) <= plain and all(isinstance(part, str) for part in columns)

    def words(self) -> str:
        """Where the value comes from: ``Qty``, ``“3pl”``, ``Qty × Price``."""
        if "const" in self.how:
            return f"“{self.how['const']}”"
        if "occurrence_of" in self.how:
            return f"{', '.join(map(str, self.how['occurrence_of']))}, numbered"
        for key, sign in (("product", " × "), ("sum", " + "), ("join", " & "), ("first", " or "), ("from", " or ")):
            if key in self.how:
                parts = self.how[key]
                told = [parts] if isinstance(parts, str) else list(parts)
                return sign.join(part if isinstance(part, str) else _part_words(part) for part in told)
        return "worked out"


def _part_words(part: Mapping[str, Any]) -> str:
    return FieldUse(0, "", part).words()


@dataclass(frozen=True, slots=True)
class RecordDraft:
    """One kind of record in the file; ``rest`` are its other entries (one_per, skip_where, keep_where)."""

    kind: str
    rest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def skips(self) -> tuple[Mapping[str, Any], ...]:
        """Conditions of rows that are no records."""
        told = self.rest.get("skip_where", ())
        return (told,) if isinstance(told, Mapping) else tuple(told)


@dataclass(frozen=True, slots=True)
class MappingDraft:
    """A mapping as far as it is made; ``file`` is its [file] table, ``extra`` what else stands at its top."""

    name: str = ""
    channel: str = ""
    location: str = ""
    file: Mapping[str, Any] = field(default_factory=dict)
    records: tuple[RecordDraft, ...] = ()
    uses: tuple[FieldUse, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)

    def uses_of(self, column: str) -> tuple[FieldUse, ...]:
        """Fields that a column fills."""
        return tuple(use for use in self.uses if use.column == column)

    def use(self, record: int, key: str) -> FieldUse | None:
        """How a field is filled; None where it is not."""
        return next((use for use in self.uses if (use.record, use.field) == (record, key)), None)

    def with_use(self, use: FieldUse) -> "MappingDraft":
        """With a field filled like this; what filled it before is replaced in its place."""
        kept = [use if (old.record, old.field) == (use.record, use.field) else old for old in self.uses]
        return replace(self, uses=tuple(kept) if use in kept else (*kept, use))

    def without_use(self, record: int, key: str) -> "MappingDraft":
        """With a field that nothing fills."""
        return replace(self, uses=tuple(use for use in self.uses if (use.record, use.field) != (record, key)))

    def with_file(self, **values: Any) -> "MappingDraft":
        """With some values of its [file] table; empty ones are taken out."""
        told = {**self.file, **values}
        return replace(self, file={key: value for key, value in told.items() if value not in ("", 0, (), None, [])})

    def with_record(self, kind: str) -> "MappingDraft":
        """With one more kind of record."""
        return replace(self, records=(*self.records, RecordDraft(kind)))

    def without_record(self, at: int) -> "MappingDraft":
        """Without a kind of record and its fields."""
        records = tuple(record for number, record in enumerate(self.records) if number != at)
        uses = (replace(use, record=use.record - (use.record > at)) for use in self.uses if use.record != at)
        return replace(self, records=records, uses=tuple(uses))

    def with_rest(self, at: int, rest: Mapping[str, Any]) -> "MappingDraft":
        """With other entries of a record (one_per, skip_where, keep_where)."""
        kept = {key: value for key, value in rest.items() if value not in ((), [], "")}
        records = [replace(one, rest=kept) if number == at else one for number, one in enumerate(self.records)]
        return replace(self, records=tuple(records))


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """A field that a mapping can fill. ``asks`` is date, number or status where its texts have to be read somehow."""

    key: str
    label: str
    type: str
    help: str
    required: bool
    identity: bool
    asks: str = ""
    codes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class KindInfo:
    """A kind of record with its fields, the needed ones first."""

    key: str
    label: str
    fields: tuple[FieldInfo, ...]


def lacks_currency(draft: MappingDraft, kinds: Mapping[str, KindInfo]) -> bool:
    """Whether a draft reads amounts and says of none of them in which currency they are."""
    if draft.file.get("currency"):
        return False
    for number, record in enumerate(draft.records):
        known = {one.key: one.type for one in kinds[record.kind].fields} if record.kind in kinds else {}
        used = {use.field for use in draft.uses if use.record == number}
        if "currency" in known and "currency" not in used and any(known.get(key) in _AMOUNTS for key in used):
            return True
    return False


def currency_question(
    draft: MappingDraft, kinds: Mapping[str, KindInfo], likely: Sequence[tuple[str, str]]
) -> Question | None:
    """What is asked of a draft's amounts; ``likely`` are (code, why), the likeliest first."""
    if not lacks_currency(draft, kinds):
        return None
    code, why = likely[0]
    words = f"Which currency are its amounts in? {code} is likely: {why}."
    return Question("currency", words, tuple((code, f"{code}: {why}") for code, why in likely))


def answered(draft: MappingDraft, question: Question, value: str) -> MappingDraft:
    """The draft with a question's answer; an empty value leaves it as it is."""
    use = draft.use(question.record, question.field)
    if not value:
        return draft
    if question.kind == "currency":
        return draft.with_file(currency=value.strip().upper())
    if question.kind == "const":
        return draft.with_use(FieldUse(question.record, question.field, {"const": value}, "you said so"))
    if use is None:
        return draft
    how = dict(use.how)
    if question.kind == "date":
        how["format"] = value
    elif question.kind == "decimal":
        how["decimal"] = value
    elif question.kind == "unit":
        how.pop("scale", None)
        how |= {} if value == "1" else {"scale": value}
    elif question.kind == "status":
        how["map"] = {**how.get("map", {}), question.text: value}
    return draft.with_use(replace(use, how=how, proof=use.proof or "you said so"))


def as_content(draft: MappingDraft) -> dict[str, Any]:
    """The content of the mapping's TOML file."""
    content: dict[str, Any] = {"name": draft.name.strip()}
    content |= {key: value for key in ("channel", "location") if (value := getattr(draft, key))}
    file = {key: draft.file[key] for key in (*_OF_FILE, *draft.file) if key in draft.file}
    if file:
        content["file"] = file
    content |= draft.extra
    content["records"] = [
        {
            "kind": record.kind,
            **record.rest,
            "fields": {use.field: _plain(use.how) for use in draft.uses if use.record == number},
        }
        for number, record in enumerate(draft.records)
    ]
    return content


def _plain(how: Mapping[str, Any]) -> Any:
    return how["from"] if set(how) == {"from"} and isinstance(how["from"], str) else dict(how)


def from_content(content: Mapping[str, Any]) -> MappingDraft:
    """A draft of a mapping's content; UserError where its records are none."""
    records, uses = [], []
    for number, table in enumerate(_tables(content.get("records", ()))):
        rest = {key: value for key, value in table.items() if key not in ("kind", "fields")}
        records.append(RecordDraft(str(table.get("kind", "")), rest))
        fields = table.get("fields", {})
        if not isinstance(fields, Mapping):
            raise UserError(f"The fields of records {number + 1} are no table.", "Write them under [records.fields].")
        uses += [FieldUse(number, str(key), _table(how)) for key, how in fields.items()]
    file = content.get("file", {})
    texts = {key: str(content.get(key, "")) for key in ("name", "channel", "location")}
    known = {*texts, "file", "records"}
    return MappingDraft(**texts, file=dict(file) if isinstance(file, Mapping) else {}, records=tuple(records),
                        uses=tuple(uses), extra={key: content[key] for key in content if key not in known})  # fmt: skip


def _tables(told: Any) -> Iterable[Mapping[str, Any]]:
    if not isinstance(told, Sequence) or isinstance(told, str) or not all(isinstance(one, Mapping) for one in told):
        raise UserError("Its records are no list of tables.", "Write each under [[records]].")
    return told


def _table(how: Any) -> Mapping[str, Any]:
    if isinstance(how, str):
        return {"from": how}
    if not isinstance(how, Mapping):
        raise UserError(f"{how!r} is neither a column nor a table.", 'Write { from = "Column" }.')
    return dict(how)
