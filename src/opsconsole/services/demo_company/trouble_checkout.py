"""Planted orders that are wrong as they came in: payment, fraud, address, missing facts, SKUs, twins, prices."""

from collections.abc import Iterator

from opsconsole.domain.instants import HOUR, MINUTE
from opsconsole.services.demo_company.company import CHANNEL
from opsconsole.services.demo_company.plan import Of, Plan, Planner

# Signals of fraud: a bill from abroad, and goods that go to a freight forwarder.
_ABROAD = {"bill_name": "R. Castellan", "bill_address1": "14 Rua do Cais", "bill_city": "Porto",
           "bill_postcode": "4050-298", "bill_country": "PT"}  # fmt: skip

# A town in which no forwarder is.
_AT_HOME = {"city": "Bozeman", "province": "MT", "postcode": "59715"}


def payments(planner: Planner) -> Iterator[Plan]:
    """Unpaid for more than a day."""
    for number in planner.several(22):
        channel = planner.pick("shopify", "shopify", "ebay", "etsy", "shopify-ca")
        placed = planner.placed(channel, 24, after=24)
        state = "authorized" if number % 3 == 0 else "pending"
        yield Plan("payment_pending", channel, placed, ("PAYMENT_PENDING",), payment=state, place=planner.site())
    for _ in planner.several(2):
        channel = CHANNEL["wholesale"]
        placed, shipped = planner.placed_for_deliver_by(channel, planner.past_workday(channel, 18))
        yield Plan(
            "payment_overdue",
            channel,
            placed,
            ("PAYMENT_PENDING", "PAYMENT_DECLINED"),
            payment="pending",
            method="Invoice",
            terms="Net 30",
            lines=3,
            shipped_at=shipped,
            delivered_at=shipped + 3 * 24 * HOUR,
        )


def declined(planner: Planner) -> Iterator[Plan]:
    """Payment failed; one order has left all the same."""
    for number in planner.several(6):
        channel = planner.pick("shopify", "ebay", "etsy")
        place = planner.site()
        placed = planner.placed(channel, 8, place)
        yield Plan(
            "payment_declined",
            channel,
            placed,
            ("PAYMENT_DECLINED",),
            payment="voided" if number % 4 == 3 else "failed",
            place=place,
        )
    channel = CHANNEL["shopify"]
    placed, shipped = planner.shipped_days_ago(channel, 1)
    yield Plan("shipped_unpaid", channel, placed, ("PAYMENT_DECLINED",), payment="failed", shipped_at=shipped)


def fraud(planner: Planner) -> Iterator[Plan]:
    """Somebody should look before these leave."""
    for number in planner.several(3):
        channel = planner.pick("shopify", "ebay")
        place = planner.site()
        placed = planner.placed(channel, 4, place)
        if number % 2 == 0:
            yield Plan("risk_high", channel, placed, ("FRAUD_REVIEW",), place=place, order={"risk_level": "high"})
        else:
            yield Plan(
                "several_signals",
                CHANNEL["shopify"],
                placed,
                ("FRAUD_REVIEW",),
                place=place,
                lines=4,
                trouble="forwarder",
                order=_ABROAD,
            )


def addresses(planner: Planner) -> Iterator[Plan]:
    """Cannot be delivered to as written."""
    troubles = ("postcode_short", "no_street", "postcode_letters", "no_city", "street_long", "canada_postcode")
    for number in planner.several(14):
        trouble = troubles[number % len(troubles)]
        keys = ("shopify-ca",) if trouble.startswith("canada") else ("shopify", "ebay", "walmart", "etsy")
        channel, place = planner.pick(*keys), planner.site()
        placed = planner.placed(channel, 8, place)
        yield Plan("address_invalid", channel, placed, ("ADDRESS_INVALID",), trouble=trouble, place=place)


def missing_facts(planner: Planner) -> Iterator[Plan]:
    """No way to reach the receiver, or nothing to show at the border."""
    for number in planner.several(6):
        kind = number % 3
        channel = (planner.pick("shopify", "etsy"), CHANNEL["wholesale"], CHANNEL["shopify"])[kind]
        changes = ({"email": None}, {"phone": None}, {"email": None, "phone": None})[kind]
        placed = planner.placed(channel, 24)
        yield Plan("missing_facts", channel, placed, ("MISSING_ORDER_INFO",), order=changes)


def unmapped(planner: Planner) -> Iterator[Plan]:
    """A SKU that no product and no alias has."""
    for number in planner.several(12):
        channel = planner.pick("walmart", "ebay", "etsy", "shopify")
        placed = planner.placed(channel, 8, 0)
        yield Plan("unmapped_sku", channel, placed, ("UNMAPPED_SKU",), trouble=f"sku{number}", lines=1 + number % 2)


def duplicates(planner: Planner) -> Iterator[Plan]:
    """The same order twice within the hour; the later one is the duplicate."""
    for number in planner.several(8):
        channel, place = planner.pick("shopify", "etsy", "ebay"), planner.site()
        later = planner.placed(channel, 4, place)
        earlier, lines = later - int(planner.uniform(1.5, 56.0) * MINUTE), 1 + number % 2
        yield Plan("duplicate_first", channel, earlier, place=place, lines=lines)
        yield Plan("duplicate_order", channel, later, ("DUPLICATE_ORDER",), place=place, lines=lines)


def prices(planner: Planner) -> Iterator[Plan]:
    """Sold for a slip of the pen: below cost, or at less than half of the list price."""
    for number in planner.several(5):
        channel, place = planner.pick("shopify", "ebay", "etsy"), planner.site()
        placed = planner.placed(channel, 4, place)
        yield Plan("price_error", channel, placed, ("PRICE_ERROR",), place=place, price=(0.1, 0.45, 0.3)[number % 3])


TROUBLES = (payments, declined, fraud, addresses, missing_facts, unmapped, duplicates, prices)


# --- just not found ---------------------------------------------------------------------------------------------------


def nearly(planner: Planner) -> Iterator[Plan]:
    """Paid at the second try, cleared of suspicion, reachable by one way, cheap but not too cheap."""
    shop, trade = CHANNEL["shopify"], CHANNEL["wholesale"]
    first = {"payment_id": "0", "method": "Card", "status": "failed", "amount": Of("total"), "currency": "USD"}
    yield Plan("paid_at_second_try", shop, planner.recent(shop, 3.0, 20.0), extra=(("payments", first),))
    gone = planner.hours_ago(8.0, 12.0)
    yield Plan("declined_cancelled", shop, planner.hours_ago(14.0, 20.0), payment="voided", cancelled_at=gone)
    placed = planner.recent(shop, 4.0, 20.0)
    cleared = {"decision": "approve", "provider": "Signet", "score": 18.0, "decided_at": placed + 20 * MINUTE}
    yield Plan(
        "risk_cleared", shop, placed, order={"risk_level": "high"}, extra=(("fraud_decisions", cleared),), place=1
    )
    yield Plan("risk_medium", shop, planner.recent(shop, 4.0, 20.0), order={"risk_level": "medium", **_AT_HOME})
    yield Plan("billed_abroad", shop, planner.recent(shop, 4.0, 20.0), order={**_ABROAD, **_AT_HOME})
    placed, shipped = planner.shipped_days_ago(shop, 1)
    yield Plan("risk_high_shipped", shop, placed, shipped_at=shipped, order={"risk_level": "high"})
    yield Plan("no_phone_none_needed", shop, planner.recent(shop, 4.0, 20.0), order={"phone": None})
    yield Plan("half_price", shop, planner.recent(shop, 4.0, 20.0), price=0.56)
    yield Plan("trade_price", trade, planner.recent(trade, 4.0, 20.0), lines=3)


NEAR_MISSES = (nearly,)
