"""Where orders go, and who pays: addresses as the platforms' files have them, some spoiled by plan."""

from typing import Any

import numpy as np

from opsconsole.services.demo_company.arrays import Ints
from opsconsole.services.demo_company.world import World

Values = list[Any]


def addresses(world: World, rows: Ints, text: dict[str, list[str]]) -> dict[str, Values]:
    """Where orders go: to their customers, unless a plan spoils the address."""
    parts: dict[str, Values] = {
        "address1": list(text["street"]),
        "address2": [None] * len(rows),
        **{key: list(text[key]) for key in ("city", "province", "postcode", "country")},
    }
    plan = world.orders.plan[rows]
    for at in np.flatnonzero(plan >= 0).tolist():
        _spoil(parts, at, world.orders.plans[int(plan[at])].trouble)
    return parts


def bill(text: dict[str, list[str]]) -> dict[str, Values]:
    """Bills go where the goods go."""
    parts = {"name": "name", "address1": "street", "city": "city", "postcode": "postcode", "country": "country"}
    return {f"bill_{key}": list(text[part]) for key, part in parts.items()}


def _spoil(parts: dict[str, Values], at: int, trouble: str) -> None:
    """An address as customers really write them."""
    postcode = str(parts["postcode"][at])
    changes: dict[str, dict[str, str | None]] = {
        "postcode_short": {"postcode": postcode[:4]},
        "postcode_letters": {"postcode": f"O{postcode[1:]}"},
        "canada_postcode": {"postcode": postcode[:3]},
        "no_street": {"address1": None},
        "no_city": {"city": None},
        "street_long": {
            "address1": f"{parts['address1'][at]}, rear building, 2nd door on the left past the loading dock"
        },
        "second_line": {"address2": "Rear building, 2nd door"},
        "forwarder": {"postcode": "97230", "city": "Portland", "province": "OR"},
        "zip_plus_four": {"postcode": f"{postcode}-0142"},
    }
    for part, value in changes.get(trouble, {}).items():
        parts[part][at] = value
