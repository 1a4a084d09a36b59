"""What the demo company has set: its channels and sites, calendars, rates, targets, marks on the charts, settings."""

import json
import math
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table

from opsconsole.domain.instants import day_to_date
from opsconsole.services.demo_company.clauses import clause_rows, january
from opsconsole.services.demo_company.clock import HOME_ZONE, Clock
from opsconsole.services.demo_company.company import CARRIERS, CHANNELS, LOCATIONS
from opsconsole.services.demo_company.trouble_records import DISPUTE_WINDOW_DAYS
from opsconsole.services.demo_company.trouble_transit import CLAIM_WINDOW_DAYS
from opsconsole.services.demo_company.working_time import HOURS
from opsconsole.services.demo_company.world import World
from opsconsole.store import dialect, schema
from opsconsole.store.calendars import hours_to_json

COMPANY_NAME = "Copperleaf Home"
OWNER = "Ops manager"
_HOME_CALENDAR = LOCATIONS[0].label  # calendars have no key but the name that people gave them
# What the carriers' numbers look like: three of them use the formats of the large carriers.
_FORMATS = {"1z": "ups", "postal": "usps", "express": "fedex"}

_TARGETS: Mapping[str, tuple[float, ...]] = {
    # First value from the beginning, second one since the last January.
    "on_time_shipment": (0.975, 0.98),
    "on_time_delivery": (0.94, 0.95),
    "otif": (0.92, 0.93),
    "in_full": (0.98,),
    "order_cycle_time": (3.5 * 86_400, 3.0 * 86_400),
    "late_of_delivered": (0.05,),
    "cancellation_rate": (0.025,),
    "return_rate": (0.07, 0.065),
    "exception_rate": (0.10, 0.09),
    "csat": (0.85,),
    "csat_score": (4.4, 4.5),
    "aov": (7000.0,),
}


def _insert(conn: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if rows:
        dialect.bulk_insert(conn, table, {key: [row[key] for row in rows] for key in rows[0]})


def _calendar_rows(clock: Clock) -> list[dict[str, Any]]:
    closed = json.dumps([day for day, _ in clock.closed])
    rows = []
    for location in LOCATIONS:
        opens, closes = HOURS[location.key]
        hours = dict.fromkeys(range(5), ((opens * 60, closes * 60),))
        rows.append(
            {
                "key": location.label,
                "time_zone": location.zone,
                "hours_json": hours_to_json(hours),
                "country": None,
                "subdivision": None,
                "own_days_json": closed,
            }
        )
    return rows


def _channel_rows() -> list[dict[str, Any]]:
    return [
        {
            "key": spec.key,
            "label": spec.label,
            "platform": spec.platform,
            "time_zone": spec.zone,
            "currency": spec.currency,
            "ship_within_days": spec.ship_days,
            "deliver_within_days": spec.deliver_days,
            "calendar": _HOME_CALENDAR,
        }
        for spec in CHANNELS
    ]


def _location_rows() -> list[dict[str, Any]]:
    return [
        {
            "key": location.key,
            "label": location.label,
            "kind": location.kind,
            "vendor_key": location.vendor or None,
            "calendar": location.label,
            "time_zone": location.zone,
            "country": "US",
        }
        for location in LOCATIONS
    ]


def _rate_rows(clock: Clock) -> list[dict[str, Any]]:
    """Canadian dollars, weekly: a slow wave around 0.73."""
    rows = []
    for day in range(clock.first_day - 7, clock.today + 1, 7):
        wave = math.sin(day / 61) * 0.012 + math.sin(day / 17) * 0.004
        rows.append(
            {"currency": "CAD", "valid_on": day, "rate": round(0.731 + wave, 4), "source_note": "Invented for the demo"}
        )
    return rows


def _target_rows(clock: Clock) -> list[dict[str, Any]]:
    return [
        {"kpi_key": key, "valid_from": day, "target": value}
        for key, values in _TARGETS.items()
        for day, value in zip((clock.first_day, january(clock)), values, strict=False)
    ]


def _annotation_rows(clock: Clock) -> list[dict[str, Any]]:
    start, end = clock.promotion
    down, up = clock.outage
    marks: list[tuple[int, int | None, str, str, bool]] = [
        (clock.site_start, None, "Harbor starts", "vendor", True),
        (down, up, "Swiftpost outage", "outage", False),
        (start, end, "Weekend promotion, 15% off", "promotion", False),
    ]
    for day in range(clock.first_day, clock.today):
        date = day_to_date(day)
        if date.month == 11 and date.weekday() == 4 and 23 <= date.day <= 29:
            marks.append((day, day + 3, "Black Friday to Cyber Monday", "promotion", False))
        if date.month == 7 and date.day == 14:
            marks.append((day, day + 1, "Marketplace deal days", "promotion", False))
    return [
        {"on_day": on, "until_day": until, "label": label, "kind": kind, "rebases": rebases, "kpi_key": None}
        for on, until, label, kind, rebases in sorted(marks, key=lambda mark: mark[0])
    ]


def _setting_rows(world: World) -> list[dict[str, Any]]:
    clock = world.clock
    begin = clock.zone(HOME_ZONE).starts[clock.first_day - clock.zone(HOME_ZONE).first_day]
    formats = {item.key: _FORMATS[item.style] for item in CARRIERS if item.style in _FORMATS}
    values: dict[str, Any] = {
        "company_name": COMPANY_NAME,
        "time_zone": HOME_ZONE,
        "base_currency": "USD",
        "default_calendar": _HOME_CALENDAR,
        "tracking_formats": formats,
        # Says that the business is invented, how, and up to when: its clock stands still there.
        "demo": {"as_of": clock.as_of, "seed": world.seed, "orders": len(world.orders)},
    }
    return [
        {
            "key": key,
            "valid_from": int(begin),
            "value_json": json.dumps(value, sort_keys=True, ensure_ascii=False),
            "changed_by": OWNER,
            "changed_at": int(begin),
        }
        for key, value in values.items()
    ]


def _cut_off_rows(clock: Clock) -> list[dict[str, Any]]:
    """The last minutes of the day: a site's usual one, and those of carriers that come earlier or later."""
    rows = []
    for location in LOCATIONS:
        closes = HOURS[location.key][1]
        for carrier, hour in (("", 15.0), ("northline", 15.5), ("meridian", 16.5), ("bluecrest", 12.0)):
            if location.kind != "marketplace":
                rows.append(
                    {
                        "location": location.key,
                        "carrier_key": carrier,
                        "service": "",
                        "weekday": None,
                        "cut_off_minute": int(hour * 60),
                        "pickup_minute": int(min(hour + 1.5, closes) * 60),
                        "valid_from": clock.first_day,
                        "valid_to": None,
                        "note": None,
                    }
                )
    return rows


def _term_rows(clock: Clock) -> list[dict[str, Any]]:
    """Days within which each carrier takes claims, and disputes of its bills."""
    terms = [(key, "claim_window_days", days) for key, days in CLAIM_WINDOW_DAYS.items()]
    terms += [(key, "dispute_window_days", DISPUTE_WINDOW_DAYS) for key in CLAIM_WINDOW_DAYS]
    return [
        {
            "vendor_key": key,
            "term": term,
            "value": float(days),
            "valid_from": clock.first_day,
            "valid_to": None,
            "note": "Invented for the demo",
        }
        for key, term, days in terms
    ]


def write_business(conn: Connection, world: World) -> None:
    """Fill the tables that no file brings."""
    clock = world.clock
    _insert(conn, schema.calendars, _calendar_rows(clock))
    _insert(conn, schema.channels, _channel_rows())
    _insert(conn, schema.locations, _location_rows())
    _insert(conn, schema.rates, _rate_rows(clock))
    _insert(conn, schema.targets, _target_rows(clock))
    _insert(conn, schema.clauses, clause_rows(clock))
    _insert(conn, schema.cut_offs, _cut_off_rows(clock))
    _insert(conn, schema.contract_terms, _term_rows(clock))
    _insert(conn, schema.annotations, _annotation_rows(clock))
    _insert(conn, schema.settings, _setting_rows(world))
    aliases = [{"channel": channel, "alias": alias, "sku": sku} for channel, alias, sku in world.catalog.aliases]
    _insert(conn, schema.sku_aliases, aliases)
