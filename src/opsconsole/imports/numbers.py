"""Numbers in words of text: one decimal sign for the whole column, chosen with proof, never row by row."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from opsconsole.domain.errors import UserError
from opsconsole.imports import plain_figures

_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")
# Currency signs and codes before or after the figure: $1,433.66 · AU $3,000.00 · EUR 90,00 · 1 234,50 €
_CURRENCY = r"(?:(?:[A-Za-z]{1,3}\s?)?[$£¥฿৳\u20a0-\u20cf]|[A-Za-z]{2,3}|zł|Kč)?"


def _figure(affix: str) -> re.Pattern[str]:
    return re.compile(
        rf"^(?P<open>\()?\s*(?P<sign>[-+−–])?\s*{affix}\s*(?P<sign2>[-+−–])?\s*"
        rf"(?P<body>[0-9.,'’\u00a0\u202f\u2009 ]*\d[.,]?)\s*{affix}\s*(?P<sign3>-)?(?P<close>\))?$"
    )


_NUMBER, _AMOUNT = _figure(""), _figure(_CURRENCY)
_POINT = re.compile(r"^(?:\d+|\d{1,3}(?:[, '’]\d{3})+)?(?:\.\d*)?$")
_COMMA = re.compile(r"^(?:\d+|\d{1,3}(?:[. '’]\d{3})+)?(?:,\d*)?$")
_PLAIN = re.compile(r"^[-+]?(?:\d+\.?\d*|\.\d+)$")
_SCIENTIFIC = re.compile(r"^[-+]?\d+(?:\.\d+)?[eE][-+]?\d{1,2}$")
_AMBIGUOUS = re.compile(r"^[1-9]\d{0,2}[.,]\d{3}$")
_MINOR_SHARE = 0.05
_THREE = 3  # places that could as well be thousands

_SIGN_WORDS = {".": "point", ",": "comma"}


@dataclass(frozen=True, slots=True)
class DecimalChoice:
    """The decimal sign of a column: ``.`` or ``,``, empty where no text decides; ``proof`` is a text that does.

    ``mixed``: some texts prove the other sign, too few to count.
    """

    sign: str
    proof: str = ""
    doubtful: str = ""  # a text that could be read both ways
    mixed: bool = False


def body_of(text: str, *, money: bool) -> tuple[str, bool] | None:
    """Digits and separators of a figure and whether it is negative; None when it is no figure.

    Only an amount of money may carry a currency; a unit beside any other number (``12 oz``) makes it no number.
    """
    if _PLAIN.match(text):
        return text.lstrip("+-"), text.startswith("-")
    match = (_AMOUNT if money else _NUMBER).match(text)
    if match is None or bool(match["open"]) != bool(match["close"]):
        return None
    signs = [match["sign"], match["sign2"], match["sign3"]]
    minus = sum(1 for sign in signs if sign and sign != "+")
    if minus > 1 or (minus and match["open"]):
        return None
    body = _SPACES.sub(" ", match["body"].strip())
    return body, bool(minus or match["open"])


def choose_decimal(texts: Iterable[str], column: str, *, money: bool = True) -> DecimalChoice:
    """The decimal sign that the whole column proves; UserError when half of it proves one and half the other."""
    texts = list(texts)
    plain = plain_figures.read(texts)
    if (
        plain is not None
        and plain.figures.places < _THREE
        and all(body_of(texts[place].strip(), money=money) is None for place in plain.odd)
    ):
        return DecimalChoice(".", texts[plain.pointed]) if plain.pointed >= 0 else DecimalChoice("")
    proofs: dict[str, list[str]] = {".": [], ",": []}
    doubtful = ""
    for text in texts:
        figure = body_of(text.strip(), money=money)
        if figure is None or figure[0].isdigit():
            continue
        sign = _proves(figure[0])
        if sign:
            proofs[sign].append(text)
        elif _AMBIGUOUS.match(figure[0]):
            doubtful = doubtful or text
    more, less = sorted(proofs, key=lambda sign: -len(proofs[sign]))
    if proofs[less] and len(proofs[less]) > _MINOR_SHARE * len(proofs[more]):
        raise UserError(
            f"The column “{column}” mixes decimal points and commas: {proofs['.'][0]} and {proofs[','][0]}.",
            'Export it again in one form, or say decimal = "." in its mapping to reject the other lines.',
        )
    if not proofs[more]:
        return DecimalChoice("", doubtful=doubtful)
    return DecimalChoice(more, proofs[more][0], mixed=bool(proofs[less]))


def _proves(body: str) -> str:
    points, commas = body.count("."), body.count(",")
    if points and commas:
        return max(".,", key=body.rfind)
    if points + commas == 1:
        return "" if _AMBIGUOUS.match(body) else ("." if points else ",")
    if points > 1:
        return ","  # points that repeat separate thousands
    return "." if commas > 1 else ""


def parse(text: str, sign: str, *, money: bool = False) -> Decimal | None:
    """The number, or None. ``sign`` is the decimal sign; the other one may only separate thousands."""
    if sign == "." and _PLAIN.match(text):
        return Decimal(text)
    if _SCIENTIFIC.match(text):
        return Decimal(text.replace(",", "."))
    figure = body_of(text, money=money)
    if figure is None:
        return None
    body, negative = figure
    if not (_POINT if sign == "." else _COMMA).match(body):
        return None
    digits = re.sub(r"[, '’]" if sign == "." else r"[. '’]", "", body)
    number = Decimal(digits.replace(",", "."))
    return -number if negative else number


def parse_all(
    texts: Sequence[str], sign: str, *, money: bool = False
) -> tuple[Sequence[Decimal | None], dict[int, str]]:
    """Numbers of distinct texts, and for those that are none what was expected; empty text is no number."""
    bad: dict[int, str] = {}
    expected = f"{'an amount' if money else 'a number'} with a decimal {_SIGN_WORDS[sign]}"
    plain = plain_figures.read(texts) if sign == "." else None
    if plain is not None and all(parse(texts[place], sign, money=money) is None for place in plain.odd):
        return plain.figures, dict.fromkeys(plain.odd, expected)
    numbers: list[Decimal | None] = []
    for position, text in enumerate(texts):
        number = parse(text, sign, money=money) if text else None
        if text and number is None:
            bad[position] = expected
        numbers.append(number)
    return numbers, bad
