"""Customers of the demo company: names, reserved example addresses, and where they live."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from opsconsole.domain.resources import resource
from opsconsole.services.demo_company.arrays import Flags, Ints
from opsconsole.services.demo_company.company import CHANNEL, CHANNELS

# Letters that Canadian postcodes use in their third place.
_CANADIAN_LETTERS = "ABCEGHJKLMNPRSTVWXYZ"
_CANADA = CHANNEL["shopify-ca"]
_TRADE = CHANNEL["wholesale"]
# Marketplaces that hide their buyers' mail addresses.
_MASKING = frozenset({"amazon", "walmart", "ebay"})


@cache
def _lists() -> dict[str, Any]:
    return dict(json.loads(resource("demo", "people.json").read_text(encoding="utf-8")))


@dataclass
class People:
    """Customers as vectors of numbers into the word lists, made into text only when they are written."""

    channel: Ints
    first: Ints
    last: Ints
    house: Ints
    street: Ints
    city: Ints
    code: Ints
    west: Flags

    @classmethod
    def invent(cls, random: np.random.Generator, channel: Ints) -> "People":
        """One person per entry of ``channel``."""
        lists, size = _lists(), len(channel)
        canadian = channel == _CANADA
        cities = random.integers(0, len(lists["cities"]), size)
        provinces = random.integers(0, len(lists["canada"]), size)
        coasts = np.array([entry[4] == "west" for entry in lists["cities"]])
        northern = np.array([entry[3] == "west" for entry in lists["canada"]])
        return cls(
            channel=channel,
            first=random.integers(0, len(lists["first_names"]), size),
            last=random.integers(0, len(lists["last_names"]), size),
            house=random.integers(100, 9900, size),
            street=random.integers(0, len(lists["streets"]), size),
            city=np.where(canadian, provinces, cities),
            code=random.integers(0, 4000, size),
            west=np.where(canadian, northern[provinces], coasts[cities]),
        )

    def __len__(self) -> int:
        return len(self.channel)

    def columns(self, persons: Ints) -> dict[str, list[str]]:
        """Text of these customers: id, name, email, phone, street, city, province, postcode, country; one per row."""
        rows = [self._row(person) for person in persons.tolist()]
        keys = ("id", "name", "email", "phone", "street", "city", "province", "postcode", "country")
        return {key: [row[place] for row in rows] for place, key in enumerate(keys)}

    def _row(self, person: int) -> tuple[str, ...]:
        lists, spec = _lists(), CHANNELS[int(self.channel[person])]
        name, code, street = self._name(person), int(self.code[person]), int(self.street[person])
        mailbox = name.lower().replace("&", "and").replace(".", "").replace(" ", ".")
        masked = spec.key in _MASKING
        return (
            f"{spec.key[:2].upper()}-{100_000 + person}",
            name,
            f"buyer{person:07d}@{spec.key}.example" if masked else f"{mailbox}{code % 90 + 10}@example.com",
            f"({200 + street * 13 % 700}) 555-{100 + code % 100:04d}",
            f"{int(self.house[person])} {lists['streets'][street]}",
            *self._place(person),
        )

    def _place(self, person: int) -> tuple[str, str, str, str]:
        """City, province, postcode, country."""
        lists, code = _lists(), int(self.code[person])
        if self.channel[person] == _CANADA:
            city, province, area, _ = lists["canada"][int(self.city[person])]
            letter = _CANADIAN_LETTERS[code % 20]
            return city, province, f"{area} {code // 20 % 10}{letter}{code // 200 % 10}", "CA"
        city, province, lowest, more, _ = lists["cities"][int(self.city[person])]
        return city, province, f"{lowest + code % more:05d}", "US"

    def _name(self, person: int) -> str:
        lists = _lists()
        if self.channel[person] == _TRADE:
            shops = lists["shops"]
            return str(shops[(int(self.last[person]) * 131 + int(self.first[person])) % len(shops)])
        return f"{lists['first_names'][int(self.first[person])]} {lists['last_names'][int(self.last[person])]}"
