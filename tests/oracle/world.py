"""A made-up business for the oracle: random orders in all states, the same for the same seed, growing file by file."""

import random

import world_aftersales
import world_checkout
import world_fulfillment
import world_records
import world_transit
from sqlalchemy import insert, select, update

from opsconsole.imports.records import Records
from opsconsole.imports.writer import write_records
from opsconsole.store import schema

# What each phase adds: ``found(world, now)`` to the business, ``adorn(choose, order, now)`` to a new order, ``move`` to
# one that changes. Records of other kinds go to ``order["more"]``: kind -> rows.
PHASES = (world_checkout, world_fulfillment, world_transit, world_aftersales, world_records)
HOUR = 3_600_000_000
DAY = 24 * HOUR
CHANNELS = ("shop", "market", "trade")
SKUS = tuple(f"SKU-{number}" for number in range(12))
_PEOPLE = tuple(f"person{number}@example.com" for number in range(6))
_STREETS = ("1 Elm St", "22 Long Lane", "3 Rue Haute", "", "4 " + "Very " * 8 + "Long Road")
_UPS = ("1Z5R89390357567127", "1Z879E930346834440", "1Z410E7W0392751591", "1Z5R89390357567128", "1Z", "", "N/A")


class World:
    """Writes random files into a database; ``random`` decides everything."""

    def __init__(self, database, seed):
        self.database = database
        self.random = random.Random(seed)
        self.orders = {}
        self.placed = 0

    # --- files --------------------------------------------------------------------------------------------------------

    def file(self, now, channel=None, **kinds):
        """Write records as one file that is imported now."""
        records = []
        for kind, rows in kinds.items():
            by_names = {}
            for row in rows:
                by_names.setdefault(tuple(sorted(row)), []).append(row)
            for names, alike in by_names.items():
                records.append(Records(kind, {name: [row[name] for row in alike] for name in names}))
        with self.database.write() as connection:
            values = {"file_name": "a.csv", "source": "file", "source_label": "File", "channel": channel}
            values |= {"state": "done", "imported_by": "Tester", "started_at": now, "finished_at": now}
            batch = connection.execute(insert(schema.batches).values(values)).inserted_primary_key[0]
            write_records(connection, records, batch_id=batch, source_time=now, now=now)

    def tables(self):
        """All rows of all tables, as an export has them."""
        with self.database.read() as connection:
            return {
                name: [dict(row) for row in connection.execute(select(table)).mappings()]
                for name, table in schema.metadata.tables.items()
                if name != "exceptions"
            }

    # --- the business -------------------------------------------------------------------------------------------------

    def found(self, now):
        """Item master, aliases, locations, a feed: what is there before the first order."""
        self.file(now, products=[{"sku": sku} for sku in SKUS[:9]])
        self.file(now, vendors=[{"key": "dropper", "kind": "drop_shipper"}])
        with self.database.write() as connection:
            connection.execute(insert(schema.sku_aliases).values(channel="shop", alias=SKUS[9], sku=SKUS[0]))
            connection.execute(insert(schema.sku_aliases).values(channel="", alias=SKUS[10], sku=SKUS[1]))
            for key, kind in (("reno", "warehouse"), ("columbus", "3pl"), ("fba", "marketplace")):
                connection.execute(insert(schema.locations).values(key=key, label=key.title(), kind=kind))
            feed = {"source": "orders", "channel": "shop", "label": "Orders", "usual_interval_seconds": 3600}
            connection.execute(insert(schema.feeds).values(**feed, newest_data_at=now - DAY, arrivals=9))
        for phase in PHASES:
            phase.found(self, now)
        self.stock(now)

    def stock(self, now):
        """A snapshot of some SKUs at some locations."""
        choose = self.random
        rows = []
        for sku in choose.sample(SKUS, 8):
            for place in choose.sample(("reno", "columbus", "fba"), choose.choice((1, 1, 2))):
                allocated = float(choose.choice((0, 0, 2)))
                available = float(choose.choice((-1, 0, 3, 6, 40, 400)))
                rows.append(
                    {
                        "sku": sku,
                        "location": place,
                        "on_hand": available + allocated,
                        "allocated": allocated,
                        "available": available,
                        "counted_at": now - choose.choice((0, HOUR, -2 * HOUR)),
                    }
                )
        self.file(now, stock_levels=rows)

    def more_orders(self, now, count, days):
        """New orders of the last ``days`` days, some with facts dated ahead, some twice."""
        made = [self._order(now, days) for _ in range(count)]
        for original in self.random.sample(made, max(1, count // 12)):
            made.append(self._again(original))
        self._write(now, made)

    def _again(self, original):
        order = {**original, "order_id": self._number(), "placed_at": original["placed_at"]}
        order["placed_at"] += self.random.choice((1, 30, 59, 60, 61, 90)) * 60_000_000
        order["lines"] = [dict(line, order_id=order["order_id"]) for line in original["lines"]]
        order["parcels"], order["more"] = [], {}
        return order

    def _number(self):
        self.placed += 1
        return f"N{self.placed}"

    def _order(self, now, days):
        choose = self.random
        placed = now - int(choose.uniform(-0.02, days) * DAY)
        order = {
            "channel": choose.choice(CHANNELS),
            "order_id": self._number(),
            "email": choose.choice((*_PEOPLE, None)),
            "status": "processing",
            "payment_status": choose.choice(("paid",) * 5 + ("pending", "authorized")),
            "payment_method": choose.choice(("card",) * 6 + ("Cash on delivery",)),
            "payment_terms": choose.choice((None,) * 6 + ("Net 30", "net 7")),
            "placed_at": placed,
            "paid_at": choose.choice((None, None, placed + HOUR, placed + 30 * HOUR)),
            "currency": "USD",
            "total": choose.randrange(500, 40000),
            "fulfilled_by": choose.choice((None,) * 9 + ("FBA",)),
            "location": choose.choice((None, "reno", "reno", "columbus", "fba")),
            "ship_by": placed + choose.choice((1, 2, 3)) * DAY,
            "deliver_by": placed + choose.choice((5, 7, 9)) * DAY,
            **self._address(),
        }
        order["lines"] = [self._line(order) for _ in range(choose.choice((1, 1, 2, 3)))]
        order["parcels"], order["more"] = [], {}
        self._move(order, now)
        for phase in PHASES:
            phase.adorn(choose, order, now)
        return order

    def _address(self):
        choose = self.random
        country, good = choose.choice((("US", "89501"), ("US", "89501-1234"), ("GB", "SW1A 1AA"), ("CA", "K1A 0B1")))
        return {
            "address1": choose.choice(_STREETS[:3] * 4 + _STREETS[3:]),
            "address2": None,
            "city": choose.choice(("Reno",) * 15 + ("",)),
            "province": choose.choice(("NV",) * 15 + (None,)),
            "postcode": choose.choice((good,) * 12 + ("8950", "")),
            "country": country,
        }

    def _line(self, order):
        choose = self.random
        sku = choose.choice(SKUS)
        return {
            "channel": order["channel"],
            "order_id": order["order_id"],
            "line_id": str(choose.randrange(10**9)),
            "sku": sku,
            "quantity": float(choose.choice((1, 1, 2, 5))),
            "shipped_quantity": None,
            "allocated_quantity": choose.choice((None, None, 0.0, 1.0)),
            "amount": choose.randrange(500, 9000),
            "requires_shipping": choose.choice((True,) * 9 + (False,)),
            "location": choose.choice((None, None, None, "columbus")),
            "vendor_key": choose.choice((None,) * 9 + ("dropper",)),
        }

    def _move(self, order, now):
        """Something happens to an order, or nothing."""
        choose = self.random
        what = choose.choice(("nothing", "nothing", "cancel", "ship", "ship", "part", "deliver", "deliver", "pay"))
        at = order["placed_at"] + int(choose.uniform(0.2, 6) * DAY)
        if what == "cancel":
            order["status"] = "cancelled"
            order["cancelled_at"] = choose.choice((at, None))
        elif what == "pay":
            order["payment_status"] = "paid"
        elif what == "part" and order["status"] == "processing":
            order["status"] = "partially_shipped"
            order["stated_shipped_at"] = at
            order["lines"][0]["shipped_quantity"] = 1.0
        elif what == "ship" and order["status"] in ("processing", "partially_shipped"):
            order["status"] = "shipped"
            order["stated_shipped_at"] = choose.choice((at, at, None))
            self._parcel(order, at)
        elif what == "deliver" and order["status"] in ("processing", "shipped"):
            order["status"] = "delivered"
            order["stated_shipped_at"] = order.get("stated_shipped_at") or at
            order["stated_delivered_at"] = choose.choice((at + 2 * DAY, at + 2 * DAY, None))

    def _parcel(self, order, at):
        choose = self.random
        order["parcels"].append(
            {
                "channel": order["channel"],
                "order_id": order["order_id"],
                "shipment_id": f"S{len(order['parcels'])}",
                "carrier_key": choose.choice(("ups", "ups", "nobody")),
                "tracking_number": choose.choice(_UPS),
                "shipped_at": at,
                "voided": choose.choice((None, False, False, True)),
            }
        )

    def _write(self, now, orders):
        for order in orders:
            self.orders[order["channel"], order["order_id"]] = order
        parts = ("lines", "parcels", "more")
        kinds = sorted({kind for order in orders for kind in order["more"]})
        self.file(
            now,
            self.random.choice((None, *CHANNELS)),
            orders=[{name: value for name, value in order.items() if name not in parts} for order in orders],
            order_lines=[line for order in orders for line in order["lines"]],
            shipments=[parcel for order in orders for parcel in order["parcels"]],
            **{kind: [row for order in orders for row in order["more"].get(kind, ())] for kind in kinds},
        )

    # --- what happens next --------------------------------------------------------------------------------------------

    def next_file(self, now):
        """One more import: new orders, changed ones, stock, goods, or a feed's news."""
        choose = self.random
        what = choose.choice(("orders", "orders", "changes", "changes", "changes", "stock", "goods", "feed", "repair"))
        if what == "orders":
            self.more_orders(now, choose.randrange(1, 8), 4)
        elif what == "stock":
            self.stock(now)
        elif what == "goods":
            self.file(now, products=[{"sku": choose.choice(SKUS)}])
        elif what == "feed":
            with self.database.write() as connection:
                connection.execute(update(schema.feeds).values(newest_data_at=now - choose.choice((0, HOUR))))
        else:
            picked = choose.sample(sorted(self.orders), min(len(self.orders), 10))
            for key in picked:
                order = self.orders[key]
                if what == "repair":
                    order.update(address1="1 Elm St", city="Reno", province="NV", country="US", postcode="89501")
                    for parcel in order["parcels"]:
                        parcel["tracking_number"] = _UPS[0]
                else:
                    self._move(order, now)
                    for phase in PHASES:
                        phase.move(choose, order, now)
            self._write(now, [self.orders[key] for key in picked])
