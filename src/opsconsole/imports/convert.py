"""Distinct texts of a column into typed values: each text once, and for those that fail what was expected."""

import re
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from opsconsole.domain import statuses
from opsconsole.domain.instants import to_datetime
from opsconsole.domain.money import digits
from opsconsole.domain.scans import scan_code
from opsconsole.domain.vendors import VENDOR_KINDS
from opsconsole.imports.columns import TextColumn, normalized
from opsconsole.imports.mapping import Expression
from opsconsole.imports.records import RecordKind, Type

TEXT_TYPES = frozenset({Type.TEXT, Type.IDENTIFIER, Type.STATUS})
NUMBER_TYPES = frozenset({Type.INTEGER, Type.NUMBER, Type.MONEY, Type.PRICE_E4})
DATE_TYPES = frozenset({Type.INSTANT, Type.DAY})
MONEY_TYPES = frozenset({Type.MONEY, Type.PRICE_E4})

_FLAGS = {
    "true": True, "t": True, "yes": True, "y": True, "1": True, "x": True,
    "false": False, "f": False, "no": False, "n": False, "0": False,
}  # fmt: skip
_SHORTENED = re.compile(r"^\d(\.\d+)?E\+\d{2}$")
_FORMULA = re.compile(r'^="(.*)"$', re.DOTALL)
_CURRENCY = re.compile(r"^[A-Z]{3}$")
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")

# Zones with an offset that is not a whole hour; the first that has it at that moment counts.
_ODD_ZONES = {
    -570: ("Pacific/Marquesas",), -210: ("America/St_Johns",), -150: ("America/St_Johns",), 210: ("Asia/Tehran",),
    270: ("Asia/Kabul", "Asia/Tehran"), 330: ("Asia/Kolkata",), 345: ("Asia/Kathmandu",), 390: ("Asia/Yangon",),
    525: ("Australia/Eucla",), 570: ("Australia/Darwin",), 630: ("Australia/Adelaide", "Australia/Lord_Howe"),
    765: ("Pacific/Chatham",), 825: ("Pacific/Chatham",),
}  # fmt: skip


# Text fields whose values are read in a way of their own.
TEXTS_OF_THEIR_OWN = frozenset({"currency", "code"})

# What a status field may say, code and label; status fields that are not here may say anything.
_STATUS_TABLES: Mapping[tuple[str, str], Mapping[str, statuses.Status]] = {
    ("orders", "status"): statuses.ORDER_STATUSES,
    ("orders", "payment_status"): statuses.PAYMENT_STATUSES,
    ("orders", "duty_status"): statuses.DUTY_STATUSES,
    ("order_events", "code"): statuses.ORDER_STEPS,
    ("warehouse_orders", "status"): statuses.ORDER_STATUSES,
    ("picks", "reason"): statuses.PICK_REASONS,
    ("payments", "status"): statuses.PAYMENT_STATUSES,
    ("shipments", "status"): statuses.SHIPMENT_STATUSES,
    ("returns", "stage"): statuses.RETURN_STAGES,
    ("disputes", "kind"): statuses.DISPUTE_KINDS,
    ("disputes", "status"): statuses.DISPUTE_STATUSES,
    ("tickets", "status"): statuses.TICKET_STATUSES,
    ("claims", "status"): statuses.CLAIM_STATUSES,
    ("fraud_decisions", "decision"): statuses.FRAUD_DECISIONS,
    ("freight_charges", "status"): statuses.CHARGE_STATUSES,
    ("marketplace_entries", "kind"): statuses.ENTRY_KINDS,
    ("supplier_invoice_lines", "kind"): statuses.INVOICE_LINE_KINDS,
    ("stock_movements", "kind"): statuses.MOVEMENT_KINDS,
    ("listings", "status"): statuses.LISTING_STATUSES,
    ("purchase_orders", "status"): statuses.PURCHASE_ORDER_STATUSES,
}
_STATUS_LABELS: Mapping[tuple[str, str], Mapping[str, str]] = {
    **{key: {code: status.label for code, status in table.items()} for key, table in _STATUS_TABLES.items()},
    ("vendors", "kind"): VENDOR_KINDS,
}


Values = tuple[Sequence[object], dict[int, str]]


def status_codes(kind: str, key: str) -> Mapping[str, str]:
    """Codes and labels that a status field may say; empty where it may say anything."""
    return _STATUS_LABELS.get((kind, key), {})


def prepared_column(column: TextColumn, expression: Expression) -> list[str]:
    """A column's distinct texts as ``prepared``; worked out once for all expressions that prepare them alike."""
    taken = (expression.strip_prefix, expression.strip_suffix, expression.null)
    key = (*taken, expression.lower, expression.extract, expression.slug)
    found = column.prepared.get(key)
    if found is None:
        found = column.prepared[key] = prepared(column.values, expression)
    return found


def prepared(texts: Sequence[str], expression: Expression) -> list[str]:
    """Texts less what the expression takes away; what counts as no value becomes the empty text."""
    done = list(map(str.strip, texts))
    together = "".join(done)
    if "\r" in together:  # the same text, whichever system's line breaks its file has
        done = [text.replace("\r\n", "\n").replace("\r", "\n") for text in done]
    if '="' in together:  # so that spreadsheets keep a number's zeros: ="007"
        done = [_FORMULA.sub(r"\1", text) for text in done]
    if expression.strip_prefix:
        done = [text.removeprefix(expression.strip_prefix).strip() for text in done]
    if expression.strip_suffix:
        done = [text.removesuffix(expression.strip_suffix).strip() for text in done]
    if expression.null:
        null = set(expression.null)
        done = ["" if text in null else text for text in done]
    if expression.lower:
        done = [text.lower() for text in done]
    if expression.extract:
        done = [_extracted(re.search(expression.extract, text)) for text in done]
    if expression.slug:
        done = [slug(text) for text in done]
    return done


def _extracted(found: re.Match[str] | None) -> str:
    if found is None:
        return ""
    return (found[1] if found.re.groups else found[0]) or ""


def slug(text: str) -> str:
    """A key out of a name: ``UPS® Ground`` → ``ups_ground``."""
    return re.sub(r"[^a-z0-9]+", "_", normalized(text)).strip("_")


def mapped(texts: Sequence[str], expression: Expression) -> tuple[list[str], dict[int, str]]:
    """Texts translated by the expression's map and default; positions that the map does not know are bad."""
    if not expression.map and expression.default is None:
        return list(texts), {}
    table = dict(expression.map)
    done, bad = [], {}
    for position, text in enumerate(texts):
        meant = table.get(normalized(text)) if table else None
        if meant is not None:
            done.append(meant)
        elif not text or (table and expression.default is not None):
            done.append(expression.default or "")
        elif table:
            bad[position] = f"one of {', '.join(sorted(table))}"
            done.append("")
        else:
            done.append(text)
    return done, bad


def to_texts(texts: Sequence[str], kind: RecordKind, key: str, of: Type) -> Values:
    """Texts, identifiers and statuses."""
    values: list[object] = [text or None for text in texts]
    bad: dict[int, str] = {}
    together = "\n".join(texts)
    if _UNREADABLE.search(together):
        unreadable = "readable text: these bytes are not of the file's encoding"
        bad |= {at: unreadable for at, text in enumerate(texts) if _UNREADABLE.search(text)}
    if of is Type.IDENTIFIER and "E+" in together:
        shortened = "all digits: a spreadsheet has shortened this number"
        bad |= {at: shortened for at, text in enumerate(texts) if _SHORTENED.match(text)}
    allowed = _STATUS_LABELS.get((kind.key, key)) if of is Type.STATUS else None
    if allowed is not None:
        known = {normalized(word): code for code, label in allowed.items() for word in (code, label)}
        values = [known.get(normalized(text)) if text else None for text in texts]
        bad |= {at: f"one of {', '.join(allowed)}" for at, text in enumerate(texts) if text and values[at] is None}
    if (kind.key, key) == ("shipment_events", "code"):
        # Carriers have words of their own; one that is not known stays as it is and counts as a movement.
        values = [scan_code(text) or text if text else None for text in texts]
    if key == "currency":
        values = [text.upper() or None for text in texts]
        no_code = "a 3-letter currency code"
        bad |= {at: no_code for at, text in enumerate(texts) if text and not _CURRENCY.match(text.upper())}
    return values, bad


def to_flags(texts: Sequence[str]) -> Values:
    """Yes and no in the forms that exports use."""
    values: list[object] = [_FLAGS.get(text.casefold()) if text else None for text in texts]
    bad = {at: "yes or no" for at, text in enumerate(texts) if text and values[at] is None}
    return values, bad


def changes(expression: Expression) -> bool:
    """Whether an expression scales or rounds numbers."""
    return bool(expression.scale) or expression.round is not None


def places_of(of: Type, currency: str) -> int:
    """Decimal places that become whole in a field's type."""
    if of is Type.INTEGER:
        return 0
    return 4 if of is Type.PRICE_E4 else digits(currency)


def scaled(number: Decimal, expression: Expression) -> Decimal:
    """A number times the expression's scale, rounded to its places (half to even)."""
    if expression.scale:
        number *= Decimal(expression.scale)
    if expression.round is not None:
        number = number.quantize(Decimal(1).scaleb(-expression.round), rounding=ROUND_HALF_EVEN)
    return number


def to_number(number: Decimal, of: Type, currency: str, *, rounded: bool = False) -> tuple[object, str]:
    """A decimal as the field's type, or what was expected instead of it.

    Amounts are only ``rounded`` where they are quotients: else more places than the currency has are a fault unless the
    mapping rounds them.
    """
    try:
        if of is Type.NUMBER:
            return float(number), ""
        if of is Type.INTEGER:
            whole = int(number)
            return (whole, "") if whole == number else (None, "a whole number")
        minor = number.scaleb(places_of(of, currency))
        if rounded:
            minor = minor.quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
        whole = int(minor)
    except (InvalidOperation, OverflowError, ValueError):
        return None, "a number of a possible size"
    if whole != minor:
        return None, f"an amount in {currency} with at most {places_of(of, currency)} decimals"
    return (whole, "") if abs(whole) < 1 << 62 else (None, "an amount of a possible size")


def zone_name(offset: int, instant: int) -> str:
    """An IANA zone that has an offset (minutes east of UTC) at an instant; whole hours are the fixed ``Etc`` zones."""
    if offset == 0:
        return "UTC"
    if offset % 60 == 0 and -12 * 60 <= offset <= 14 * 60:
        hours = offset // 60
        return f"Etc/GMT{'-' if hours > 0 else '+'}{abs(hours)}"  # POSIX counts west of Greenwich
    for name in _ODD_ZONES.get(offset, ()):
        there = to_datetime(instant, name).astimezone(ZoneInfo(name)).utcoffset()
        if there is not None and there.total_seconds() == offset * 60:
            return name
    return zone_name(round(offset / 60) * 60, instant)
