"""Number formats: how Excel shows each kind of value; locale decides separators, the format decides the rest."""

from opsconsole.domain.money import digits, symbol

INSTANT = "d\\ mmm\\ yyyy\\ \\ hh:mm"
DATE = "d\\ mmm\\ yyyy"
TEXT = "@"
DURATION = "[h]:mm"
# Excel shows no negative times, so time left is hours as a plain number with the word that tells which side it is on.
TIME_LEFT = '#,##0.0" h left";#,##0.0" h over";"due now"'
COUNT = "#,##0;\\−#,##0;0"


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


def counted(words: str) -> str:
    """Count followed by words: ``198 orders``."""
    safe = words.replace('"', "")
    return f'#,##0" {safe}"' if safe else "#,##0"


def _places(decimals: int) -> str:
    return "." + "0" * decimals if decimals > 0 else ""


def _signed(positive: str) -> str:
    return f"{positive};\\−{positive}"
