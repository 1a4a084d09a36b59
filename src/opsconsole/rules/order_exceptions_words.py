"""Closings and sentences that several exception rules share."""

from opsconsole.rules.rule import Closing

CANCELLED = (
    Closing("cancelled", "cancelled_at", "Order cancelled {cancelled_at:instant}"),
    Closing("cancelled", "cancelled", "Order cancelled"),
)
DELIVERED = (
    Closing("delivered", "delivered_at", "Delivered {delivered_at:instant}"),
    Closing("delivered", "delivered", "Delivered"),
)
SHIPPED = (
    Closing("shipped", "shipped_at", "Shipped {shipped_at:instant}"),
    Closing("shipped", "shipped", "Shipped"),
    *DELIVERED,
)
PAID = (Closing("paid", "paid_at", "Paid {paid_at:instant}"), Closing("paid", "paid", "Paid"))

AT_RISK = ("Value at risk: **{value_at_risk:money}**.",)
LEAVES_BY = ("It must ship by **{ship_by:coming}**.", "It was to ship by **{ship_by:promise}**.")
