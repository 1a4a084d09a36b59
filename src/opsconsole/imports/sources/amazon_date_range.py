"""Amazon's Date Range report: seven lines of words, then one row per transaction with its amounts side by side.

The currency stands in those words only. Times are of the marketplace, written ``Sep 30, 2026 8:45:12 PM PDT``. What is
deferred is no money yet and comes again once it is released; a transfer is the payout of its settlement.
"""

from collections.abc import Sequence

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    date/time | settlement id | type | order id | sku | description | quantity | marketplace | account type
    fulfillment | order city | order state | order postal | tax collection model | product sales | product sales tax
    shipping credits | shipping credits tax | gift wrap credits | giftwrap credits tax | Regulatory Fee
    Tax On Regulatory Fee | promotional rebates | promotional rebates tax | marketplace withheld tax | selling fees
    fba fees | other transaction fees | other | total | Transaction Status | Transaction Release Date
    postage credits
""")
_WHEN = {"from": "date/time", "format": ["%b %d, %Y %I:%M:%S %p%z"]}
_REFUND = {"column": "type", "contains": ["refund", "chargeback", "a-to-z"]}
_DEFERRED = {"column": "Transaction Status", "equals": ["Deferred"]}
_TRANSFER = {"column": "type", "equals": ["Transfer"]}
_POSTAGE = ("shipping credits", "postage credits")
# What the buyer paid or gets back, in words; the columns after it may be missing from older reports.
_BUYERS: dict[str, tuple[str, Sequence[str]]] = {
    "Product sales": ("sale", ("product sales",)),
    "Shipping": ("sale", _POSTAGE),
    "Gift wrap": ("sale", ("gift wrap credits",)),
    "Product tax": ("tax", ("product sales tax",)),
    "Shipping tax": ("tax", ("shipping credits tax",)),
    "Gift wrap tax": ("tax", ("giftwrap credits tax",)),
    "Regulatory fee": ("tax", ("Regulatory Fee",)),
    "Tax on the regulatory fee": ("tax", ("Tax On Regulatory Fee",)),
    "Promotion": ("promotion", ("promotional rebates",)),
    "Tax on the promotion": ("promotion", ("promotional rebates tax",)),
}
_BACK = {"const": "refund", "where": _REFUND}


def _is(kind: str, column: str, *words: str) -> dict[str, object]:
    return {"const": kind, "where": {"column": column, "contains": list(words)}}


def _amount(names: Sequence[str], kind: Sequence[object], description: object) -> dict[str, object]:
    """The entries of one amount column; zero is no entry."""
    keep = [{"column": name, "matches": "[1-9]"} for name in names]
    return {"kind": "marketplace_entries", "keep_where": keep, "skip_where": [_DEFERRED, _TRANSFER], "fields": {
        "statement_id": "settlement id",
        "order_id": "order id",
        "sku": "sku",
        "kind": {"first": list(kind)},
        "transaction_type": "type",
        "description": description,
        "quantity": "quantity",
        "amount": {"from": list(names), "optional": True},
        "posted_at": _WHEN,
        "precedence": {"const": "3"},
    }}  # fmt: skip


SOURCE = Source(
    key="amazon_date_range",
    label="Amazon, date range transactions",
    platform="amazon",
    signatures=(
        Signature(
            "Amazon's Date Range report",
            _COLUMNS,
            all_of=("date/time", "settlement id", "type", "order id", "product sales", "selling fees", "total"),
        ),
    ),
    records=(
        {"kind": "payouts", "one_per": ["settlement id"], "keep_where": [_TRANSFER], "skip_where": [
            _DEFERRED, {"column": "settlement id", "filled": False},
        ], "fields": {
            "statement_id": "settlement id",
            "amount": {"from": "total", "scale": "-1", "rows": "sum"},
            "deposited_at": _WHEN,
        }},
        *(_amount(names, [_BACK, {"const": kind}], {"const": words}) for words, (kind, names) in _BUYERS.items()),
        _amount(["marketplace withheld tax"], [{"const": "tax"}], {"const": "Tax withheld by the marketplace"}),
        _amount(["selling fees"], [{"const": "fee"}], {"const": "Selling fees"}),
        _amount(["fba fees"], [_is("storage", "description", "storage"), {"const": "fulfillment"}],
                {"const": "FBA fees"}),
        _amount(["other transaction fees"], [{"const": "fee"}], {"const": "Other transaction fees"}),
        _amount(["other"], [
            _is("reimbursement", "description", "reimbursement"),
            _is("reimbursement", "type", "reimbursement"),
            _is("storage", "description", "storage"),
            _is("advertising", "description", "advertising"),
            _is("fulfillment", "type", "fba"),
            _is("fee", "type", "fee", "shipping services"),
            _is("fee", "description", "subscription"),
            {"const": "other"},
        ], "description"),
        {"kind": "refunds", "one_per": ["order id", "settlement id", "sku"], "keep_where": [_REFUND],
         "skip_where": [_DEFERRED, {"column": "order id", "filled": False}], "fields": {
            "order_id": "order id",
            # All reports of a statement tell the same refund under this id.
            "refund_id": {"join": [{"from": "settlement id"}, {"from": "sku"}], "separator": "/"},
            "sku": "sku",
            "amount": {"sum": [
                {"from": list(names), "scale": "-1", "optional": True} for _, names in _BUYERS.values()
            ], "rows": "sum"},
            "reason": "type",
            "refunded_at": {**_WHEN, "rows": "max"},
        }},
    ),
    currency_said=r"All amounts in ([A-Z]{3})\b",
    lacks="A date range report tells nothing of reserves, so that its entries may differ from a payout; where a "
    "settlement of the same statement is imported, the settlement's entries count instead. Deferred transactions are "
    "left out until they are released.",
)  # fmt: skip
