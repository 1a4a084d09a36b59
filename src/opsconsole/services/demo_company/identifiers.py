"""Order numbers as each platform writes them."""

from opsconsole.services.demo_company.arrays import Ints
from opsconsole.services.demo_company.company import CHANNELS

# Multiplying by an odd number that ends in 3, modulo a power of ten, gives every number exactly once.
_SCATTER = 7_640_891_576_953


def _scattered(numbers: list[int], digits: int) -> list[int]:
    return [number * _SCATTER % 10**digits for number in numbers]


def _amazon(numbers: list[int]) -> list[str]:
    return [
        f"11{value // 10**13 % 3 + 1}-{value // 10**6 % 10**7:07d}-{value % 10**6 * 10 + 3:07d}"
        for value in _scattered(numbers, 14)
    ]


def _walmart(numbers: list[int]) -> list[str]:
    return [f"2000{value:011d}" for value in _scattered(numbers, 11)]


def _ebay(numbers: list[int]) -> list[str]:
    return [
        f"{value // 10**10 % 15 + 10:02d}-{value // 10**5 % 10**5:05d}-{value % 10**5:05d}"
        for value in _scattered(numbers, 10)
    ]


def _etsy(numbers: list[int]) -> list[str]:
    return [f"3{value:09d}" for value in _scattered(numbers, 9)]


def _shop(numbers: list[int]) -> list[str]:
    return [f"#{number + 1001}" for number in numbers]


def _canadian_shop(numbers: list[int]) -> list[str]:
    return [f"#CA{number + 1001}" for number in numbers]


def _trade(numbers: list[int]) -> list[str]:
    return [f"WH-{number + 20_001}" for number in numbers]


_WRITERS = {
    "shopify": _shop,
    "shopify-ca": _canadian_shop,
    "amazon": _amazon,
    "walmart": _walmart,
    "ebay": _ebay,
    "etsy": _etsy,
    "wholesale": _trade,
}


def order_ids(channel: Ints) -> list[str]:
    """The platform's own id of each order: the n-th order of its channel, in the channel's writing."""
    ids = [""] * len(channel)
    for number, spec in enumerate(CHANNELS):
        rows = (channel == number).nonzero()[0].tolist()
        for row, text in zip(rows, _WRITERS[spec.key](list(range(len(rows)))), strict=True):
            ids[row] = text
    return ids


def order_numbers(count: int) -> list[str]:
    """The house's own numbers, ``SO-204817``: one series over all channels; small series end near 205,000."""
    start = max(100_000, 205_000 - count) if count < 100_000 else 1_000_000
    return [f"SO-{start + number}" for number in range(count)]
