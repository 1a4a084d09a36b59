"""Number formats: how Excel shows each kind of value; locale decides separators, the format decides the rest."""

from opsconsole.domain.money import digits, symbol

INSTANT = "d\\ mmm\\ yyyy\\ \\ hh:mm"
DATE = "d\\ mmm\\ yyyy"
DAY_AND_MONTH, MONTH = "d\\ mmm", "mmm\\ yyyy"
TEXT = "@"
DURATION = "[h]:mm"
# Excel shows no negative times, so time left is hours as a plain number with the word that tells which side it is on.
TIME_LEFT = '#,##0.0" h left";#,##0.0" h over";"due now"'
COUNT = "#,##0"


def number(decimals: int) -> str:
    """Grouped thousands with a fixed number of places, a real minus sign."""
    return _signed("#,##0" + _places(decimals))


def percent(decimals: int) -> str:
    """Fraction of one as percent."""
    return _signed(f"0{_places(decimals)}%")


def money(currency: str) -> str:
    """Amount with its currency: ``$48,312.40``, ``48,312.40 CHF``."""
    amount = "#,##0" + _places(digits(currency))
    sign = symbol(currency)
    if sign:
        return _signed(f'"{sign}"{amount}')
    code = currency.upper() if currency.isalpha() else ""
    return _signed(f'{amount}\\ "{code}"') if code else _signed(amount)


def with_unit(decimals: int, unit: str) -> str:
    """Number followed by its unit: ``18 h``."""
    safe = unit.replace('"', "")
    return _signed(f'#,##0{_places(decimals)}"{" " + safe}"') if safe else number(decimals)


def worded(number_format: str, words: str) -> str:
    """A number format with words: behind the number, or around it where ``{}`` says so: ``Buy for $14,286.00``."""
    if not words:
        return number_format
    before, _, after = words.partition("{}") if "{}" in words else ("", "", f" {words}")
    return ";".join(f"{_literal(before)}{section}{_literal(after)}" for section in number_format.split(";"))


def _literal(text: str) -> str:
    return f'"{text.replace(chr(34), "")}"' if text else ""


def _places(decimals: int) -> str:
    return "." + "0" * decimals if decimals > 0 else ""


def _signed(positive: str) -> str:
    return f"{positive};\\−{positive}"
