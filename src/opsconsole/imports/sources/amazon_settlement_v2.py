"""Amazon's settlement report, flat file V2: the first row is the payout, then one row per component of an amount.

Only the first row names the currency and the payout; adding it to the others counts everything twice. Refunds and fees
are negative. European files have decimal commas and dates with points. The money of a whole statement is its payout.
"""

from collections.abc import Mapping

from opsconsole.imports.source import UNQUOTED, Signature, Source, columns

_COLUMNS = columns("""
    settlement-id | settlement-start-date | settlement-end-date | deposit-date | total-amount | currency
    transaction-type | order-id | merchant-order-id | adjustment-id | shipment-id | marketplace-name | amount-type
    amount-description | amount | fulfillment-id | posted-date | posted-date-time | order-item-code
    merchant-order-item-id | merchant-adjustment-item-id | sku | quantity-purchased | promotion-id
""")
_TRANSACTION, _TYPE, _DESCRIPTION = "transaction-type", "amount-type", "amount-description"
_GIVEN_BACK = {
    "column": _TRANSACTION,
    "contains": ["refund", "chargeback", "a-to-z"],
    "also": {"column": _TYPE, "equals": ["ItemPrice", "Promotion"]},
}
_FEES = {"column": _TYPE, "equals": ["ItemFees", "FBAFees"]}


def _when(name: str) -> dict[str, object]:
    return {"from": name, "format": ["iso", "%d.%m.%Y %H:%M:%S%z"]}


def _kind(kind: str, *conditions: Mapping[str, object]) -> dict[str, object]:
    return {"const": kind, "where": list(conditions)}


_KIND = {"first": [
    _kind("reserve", {"column": _DESCRIPTION, "contains": ["Reserve Amount"]}),
    _kind("reimbursement", {"column": _TYPE, "contains": ["Reimbursement"]},
          {"column": _DESCRIPTION, "contains": ["Reimbursement"]}),
    _kind("refund", _GIVEN_BACK),
    _kind("tax", {"column": _TYPE, "contains": ["WithheldTax"]},
          {"column": _TYPE, "equals": ["ItemPrice"], "also": {"column": _DESCRIPTION, "endswith": ["Tax"]}}),
    _kind("promotion", {"column": _TYPE, "equals": ["Promotion"]}),
    _kind("sale", {"column": _TYPE, "equals": ["ItemPrice"]}),
    _kind("storage", {"column": _DESCRIPTION, "contains": ["storage"]}),
    _kind("advertising", {"column": _TYPE, "contains": ["advertising"]}),
    _kind("fulfillment", {**_FEES, "also": {"column": _DESCRIPTION, "startswith": ["FBA", "Fulfillment"]}},
          {"column": _DESCRIPTION, "startswith": ["FBA"]}),
    _kind("fee", _FEES, {"column": _TYPE, "contains": ["fee"]}, {"column": _DESCRIPTION, "contains": ["fee"]}),
    {"const": "other"},
]}  # fmt: skip

_CURRENCY = {"from": "currency", "within": ["settlement-id"]}

SOURCE = Source(
    key="amazon_settlement_v2",
    label="Amazon, settlement (V2)",
    platform="amazon",
    signatures=(
        Signature(
            "Amazon's settlement report V2",
            _COLUMNS,
            all_of=("settlement-id", "total-amount", "amount-type", "amount-description", "amount", "posted-date-time"),
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
        {"kind": "marketplace_entries", "keep_where": [{"column": "amount", "filled": True}], "fields": {
            "statement_id": "settlement-id",
            "order_id": "order-id",
            "item_id": "order-item-code",
            "sku": "sku",
            "kind": _KIND,
            "transaction_type": _TRANSACTION,
            "description": {"first": [
                {"from": _DESCRIPTION, "where": {"column": _TYPE, "equals": ["other-transaction"]}},
                {"join": [{"from": _TYPE}, {"from": _DESCRIPTION}], "separator": ": "},
            ]},
            "quantity": "quantity-purchased",
            "currency": _CURRENCY,
            "amount": "amount",
            "posted_at": _when("posted-date-time"),
            "precedence": {"const": "1"},
        }},
        {"kind": "refunds", "one_per": ["order-id"], "one_per_field": "refund_id",
         "keep_where": [_GIVEN_BACK], "skip_where": [{"column": "order-id", "filled": False}], "fields": {
            "order_id": "order-id",
            # All reports of a statement tell the same refund under this id, also one that knows days only: what
            # is given back for an article on one day is one refund.
            "refund_id": {"join": [{"from": "settlement-id"}, {"from": "sku"}, {"day_of": "posted-date-time"}],
                          "separator": "/"},
            "sku": "sku",
            "currency": _CURRENCY,
            "amount": {"from": "amount", "scale": "-1", "rows": "sum"},
            "reason": _TRANSACTION,
            "refunded_at": {**_when("posted-date-time"), "rows": "max"},
        }},
    ),
    file=UNQUOTED,
    lacks="Other reports of the same statement tell the same money without ids in common: of each statement the "
    "entries of one report count, a settlement's (V2 before V1) before those of a date range.",
)  # fmt: skip
