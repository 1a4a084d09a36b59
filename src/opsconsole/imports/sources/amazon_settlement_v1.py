"""Amazon's settlement report, flat file V1: 36 columns, amounts side by side, each with its type before it.

The first row is the payout and the only one with a currency; the row of an item tells its quantity and no money. Rows
of the account (subscription, storage, reserve) have their amount in ``other-amount`` and say in ``transaction-type``
what it is.
"""

from opsconsole.imports.source import UNQUOTED, Signature, Source, columns

_COLUMNS = columns("""
    settlement-id | settlement-start-date | settlement-end-date | deposit-date | total-amount | currency
    transaction-type | order-id | merchant-order-id | adjustment-id | shipment-id | marketplace-name
    shipment-fee-type | shipment-fee-amount | order-fee-type | order-fee-amount | fulfillment-id | posted-date
    order-item-code | merchant-order-item-id | merchant-adjustment-item-id | sku | quantity-purchased | price-type
    price-amount | item-related-fee-type | item-related-fee-amount | misc-fee-amount | other-fee-amount
    other-fee-reason-description | promotion-id | promotion-type | promotion-amount | direct-payment-type
    direct-payment-amount | other-amount
""")
_TRANSACTION = "transaction-type"
_REFUND = {"column": _TRANSACTION, "contains": ["refund", "chargeback", "a-to-z"]}
_CURRENCY = {"from": "currency", "within": ["settlement-id"]}


def _when(name: str) -> dict[str, object]:
    return {"from": name, "format": ["iso", "%d.%m.%Y %H:%M:%S%z", "%d.%m.%Y"]}


def _kind(kind: str, column: str, *, starts: str = "", ends: str = "", contains: str = "") -> dict[str, object]:
    tests = {"startswith": starts, "endswith": ends, "contains": contains}
    return {"const": kind, "where": {"column": column, **{test: [word] for test, word in tests.items() if word}}}


def _amount(column: str, kind: list[object], description: object) -> dict[str, object]:
    """The entries of one of the amounts; zero is no entry."""
    return {"kind": "marketplace_entries", "keep_where": [{"column": column, "matches": "[1-9]"}], "fields": {
        "statement_id": "settlement-id",
        "order_id": "order-id",
        "item_id": "order-item-code",
        "sku": "sku",
        "kind": {"first": kind},
        "transaction_type": _TRANSACTION,
        "description": description,
        "currency": _CURRENCY,
        "amount": column,
        "posted_at": _when("posted-date"),
        "precedence": {"const": "2"},
    }}  # fmt: skip


_BACK = {"const": "refund", "where": _REFUND}
_FEE, _OTHER = {"const": "fee"}, {"const": "other"}
_ITEM_FEE = "item-related-fee-type"

SOURCE = Source(
    key="amazon_settlement_v1",
    label="Amazon, settlement (V1)",
    platform="amazon",
    signatures=(
        Signature(
            "Amazon's settlement report V1",
            _COLUMNS,
            all_of=("settlement-id", "total-amount", "price-type", "price-amount", _ITEM_FEE, "other-amount"),
        ),
    ),
    records=(
        {"kind": "payouts", "one_per": ["settlement-id"],
         "keep_where": [{"column": "total-amount", "filled": True}], "fields": {
            "statement_id": "settlement-id",
            "currency": _CURRENCY,
            "amount": "total-amount",
            "starts_at": _when("settlement-start-date"),
            "ends_at": _when("settlement-end-date"),
            "deposited_at": _when("deposit-date"),
        }},
        _amount("price-amount", [_BACK, _kind("tax", "price-type", ends="tax"), {"const": "sale"}], "price-type"),
        _amount("promotion-amount", [_BACK, {"const": "promotion"}],
                {"join": [{"from": "promotion-type"}, {"from": "promotion-id"}]}),
        _amount("item-related-fee-amount", [
            _kind("tax", _ITEM_FEE, starts="MarketplaceFacilitator"),
            _kind("fulfillment", _ITEM_FEE, starts="FBA"),
            _kind("advertising", _ITEM_FEE, contains="advertising"),
            _FEE,
        ], _ITEM_FEE),
        _amount("shipment-fee-amount", [{"const": "fulfillment"}], "shipment-fee-type"),
        _amount("order-fee-amount", [_FEE], "order-fee-type"),
        _amount("misc-fee-amount", [_FEE], {"const": "Miscellaneous fee"}),
        _amount("other-fee-amount", [_FEE], "other-fee-reason-description"),
        _amount("direct-payment-amount", [_OTHER], "direct-payment-type"),
        _amount("other-amount", [
            _kind("reserve", _TRANSACTION, contains="reserve"),
            _kind("reimbursement", _TRANSACTION, contains="reimbursement"),
            _kind("reimbursement", _TRANSACTION, contains="lost"),
            _kind("reimbursement", _TRANSACTION, contains="damage"),
            _kind("storage", _TRANSACTION, contains="storage"),
            _kind("advertising", _TRANSACTION, contains="advertising"),
            _kind("fulfillment", _TRANSACTION, starts="FBA"),
            _kind("fee", _TRANSACTION, contains="fee"),
            _OTHER,
        ], _TRANSACTION),
        {"kind": "refunds", "one_per": ["order-id"], "one_per_field": "refund_id",
         "keep_where": [{**_REFUND, "also": {"column": column, "filled": True}} for column in
                        ("price-amount", "promotion-amount")],
         "skip_where": [{"column": "order-id", "filled": False}], "fields": {
            "order_id": "order-id",
            # All reports of a statement tell the same refund under this id, also one that knows days only: what
            # is given back for an article on one day is one refund.
            "refund_id": {"join": [{"from": "settlement-id"}, {"from": "sku"}, {"day_of": "posted-date"}],
                          "separator": "/"},
            "sku": "sku",
            "currency": _CURRENCY,
            "amount": {"sum": [{"from": "price-amount", "scale": "-1"}, {"from": "promotion-amount", "scale": "-1"}],
                       "rows": "sum"},
            "reason": _TRANSACTION,
            "refunded_at": {**_when("posted-date"), "rows": "max"},
        }},
    ),
    file=UNQUOTED,
    lacks="Other reports of the same statement tell the same money without ids in common: of each statement the "
    "entries of one report count, a settlement's (V2 before V1) before those of a date range.",
)  # fmt: skip
