"""Words by which providers and helpdesks say what a customer's case is about.

Sources: the reason lists of the card networks and of Stripe, PayPal, Shopify, eBay and Amazon for disputes and claims.
Words are compared in lower case with underscores for blanks and hyphens.
"""

# The parcel never came, says the customer.
NOT_RECEIVED = (
    "not_received",
    "item_not_received",
    "items_not_received",
    "product_not_received",
    "goods_not_received",
    "merchandise_not_received",
    "merchandise_or_service_not_received",
    "package_not_received",
    "order_not_received",
    "not_delivered",
    "non_receipt",
    "non_receipt_of_goods",
    "missing_package",
    "inr",
)
# The customer complains, and wants it to be noticed.
COMPLAINT = ("complaint", "complaints", "escalation", "escalated", "escalate", "angry", "legal", "bbb")
"""Tags and kinds of tickets that are never left to wait."""
