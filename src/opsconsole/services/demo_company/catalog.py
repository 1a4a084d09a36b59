"""What the demo company sells: products, where they are stocked, and how they sell through the year."""

import json
from dataclasses import dataclass
from functools import cache

import numpy as np

from opsconsole.domain.instants import day_to_date
from opsconsole.domain.resources import resource
from opsconsole.services.demo_company.arrays import Floats, Ints
from opsconsole.services.demo_company.clock import Clock
from opsconsole.services.demo_company.company import DROP_SHIPPERS, PLACES, STOCKED, SUPPLIERS

# SKU-locations: every product at Reno, fewer elsewhere; 412 in all.
_ASSORTMENT = {"reno": 123, "columbus": 111, "harbor": 103, "fba": 75}
# Factor of each season's goods per calendar month.
_SEASONS = {
    "": [1.0] * 12,
    "winter": [1.4, 1.2, 0.9, 0.8, 0.7, 0.6, 0.6, 0.7, 0.9, 1.2, 1.5, 1.6],
    "summer": [0.5, 0.6, 0.8, 1.1, 1.5, 1.8, 1.8, 1.5, 1.0, 0.7, 0.5, 0.5],
    "gift": [0.8, 0.9, 0.8, 0.9, 1.1, 0.9, 0.8, 0.8, 0.9, 1.0, 1.7, 2.2],
}
_MONTHS_SOLD_WHEN_DISCONTINUED = 9
MONTHS = 25


@dataclass(frozen=True)
class Catalog:
    """Products as columns (lists and vectors of equal length), and where each is stocked; ``lead`` is in days.

    ``stocked`` holds, per stocking place, the product indexes; ``season`` the season word of each product.
    """

    sku: list[str]
    title: list[str]
    category: list[str]
    supplier: list[str]
    price: Ints
    cost: Ints
    grams: Ints
    pack: Ints
    lead: Floats
    popularity: Floats
    season: list[str]
    stocked: dict[str, Ints]
    aliases: list[tuple[str, str, str]]

    @property
    def discontinued(self) -> list[int]:
        """Products that nobody has bought for more than a year."""
        return [index for index, season in enumerate(self.season) if season == "discontinued"]


def _variants(item: list[object]) -> list[tuple[str, str]]:
    code, title, variants = str(item[0]), str(item[1]), item[10]
    assert isinstance(variants, list)
    if not variants:
        return [(code, title)]
    return [(f"{code}-{suffix}", f"{title}, {words}" if words else title) for suffix, words in variants]


def _stocked(popularity: Floats, season: list[str], count: int) -> dict[str, Ints]:
    """The most popular products everywhere; what is discontinued lies where it always lay, at Reno and Columbus."""
    old = [index for index in range(count) if season[index] == "discontinued"]
    ranked = [index for index in np.argsort(-popularity[:count], kind="stable").tolist() if index not in old]
    chosen = {}
    for place, size in _ASSORTMENT.items():
        kept = old if place in ("reno", "columbus") else []
        chosen[place] = np.array(sorted([*kept, *ranked[: size - len(kept)]]), dtype=np.int64)
    return chosen


@cache
def load_catalog() -> Catalog:
    """The catalog of resources/demo/catalog.json: stocked products first, then those of the drop-shippers."""
    data = json.loads(resource("demo", "catalog.json").read_text(encoding="utf-8"))
    items = [(item, *variant) for item in data["items"] + data["drop_ship"] for variant in _variants(item)]
    popularity = np.array([float(item[8]) for item, _, _ in items])
    season = [str(item[9]) for item, _, _ in items]
    count = sum(len(_variants(item)) for item in data["items"])
    lead = {supplier.key: supplier.lead for supplier in SUPPLIERS}
    return Catalog(
        sku=[sku for _, sku, _ in items],
        title=[title for _, _, title in items],
        category=[str(item[2]) for item, _, _ in items],
        supplier=[str(item[3]) for item, _, _ in items],
        price=np.array([item[4] for item, _, _ in items], dtype=np.int64),
        cost=np.array([item[5] for item, _, _ in items], dtype=np.int64),
        grams=np.array([item[6] for item, _, _ in items], dtype=np.int64),
        pack=np.array([item[7] for item, _, _ in items], dtype=np.int64),
        lead=np.array([float(lead.get(item[3], 0)) for item, _, _ in items]),
        popularity=popularity,
        season=season,
        stocked=_stocked(popularity, season, count),
        aliases=[(channel, alias, sku) for channel, alias, sku in data["aliases"]],
    )


def month_of(clock: Clock, days: Ints) -> Ints:
    """Month of trade 0 … 24 of local days, by thirtieths."""
    return np.clip((days - clock.first_day) // 30, 0, MONTHS - 1)


def demand_weights(catalog: Catalog, clock: Clock) -> Floats:
    """How likely a line is for each product: (places × months of trade × products)."""
    weights = np.zeros((len(PLACES), MONTHS, len(catalog.sku)))
    calendar_months = [day_to_date(clock.first_day + 30 * month).month - 1 for month in range(MONTHS)]
    base = np.maximum(catalog.popularity, 1.0) ** 1.5
    curve = np.array(
        [
            [_SEASONS[season][calendar] if season in _SEASONS else 0.0 for season in catalog.season]
            for calendar in calendar_months
        ]
    )
    curve[:_MONTHS_SOLD_WHEN_DISCONTINUED, catalog.discontinued] = 2.0
    for number, place in enumerate(PLACES):
        if place in STOCKED:
            members = catalog.stocked[place]
        else:
            members = np.array([i for i, key in enumerate(catalog.supplier) if key == place], dtype=np.int64)
            assert place in DROP_SHIPPERS
        weights[number][:, members] = curve[:, members] * base[members]
    return weights
