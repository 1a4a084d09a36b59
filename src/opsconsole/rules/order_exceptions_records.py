"""What the records of others say: feeds, bills, drop-shippers, channels against warehouses."""

from sqlalchemy import select

from opsconsole.rules import order_exceptions_billing as of_bills
from opsconsole.rules import order_exceptions_mismatch as of_records
from opsconsole.rules import order_exceptions_stock as of_stock
from opsconsole.rules import order_exceptions_words as words
from opsconsole.rules.rule import Need, Parameter, Rule, SubjectKind
from opsconsole.store.schema import (
    feeds,
    freight_charges,
    listings,
    purchase_orders,
    stock_reports,
    vendors,
    warehouse_orders,
)

SYNC_STALE = Rule(
    code="SYNC_STALE",
    label="Feed stale",
    about=(
        "The newest data of a feed (not its import) is older than so many of its usual intervals. Every other"
        " rule depends on it."
    ),
    severity="S2",
    resolve_hours=4,
    working=True,
    subject=SubjectKind.FEED,
    select=of_stock.sync_stale,
    scoped=False,
    parameters=(
        Parameter("intervals", "Newest data older than", 2, "usual intervals", 1, 20),
        Parameter("arrivals", "Interval known after", 3, "imports", 2, 100),
    ),
    needs=(
        Need(
            "feeds imported often enough to know their interval",
            lambda: select(feeds.c.source).where(feeds.c.usual_interval_seconds > 0),
        ),
    ),
    short=("Newest data is {newest_data_at:since} old, usual is {interval:span}",),
    sentences=(
        ("**{feed}** usually brings data every **{interval:span}**.",),
        ("Its newest data is of **{newest_data_at:instant}**: **{newest_data_at:since}** old.",),
        ("Every other rule sees the business as it was then.",),
        ("Next: download and import it or mend the connection, {by_when}.",),
    ),
    rank=90,
    closed_words="New data of **{feed}** arrived",
)

BILLING_VARIANCE = Rule(
    code="BILLING_VARIANCE",
    label="Billing variance",
    about=(
        "A carrier or warehouse bills more than was expected, by more than a share and an amount, or bills "
        "the same tracking number twice."
    ),
    severity="S4",
    resolve_hours=24 * 30,
    working=False,
    subject=SubjectKind.CHARGE,
    select=of_bills.billing_variance,
    cause=("billed", "expected", "twin"),
    watches=("freight_charges", "contract_terms"),
    parameters=(
        Parameter("percent", "Above what was expected by more than", 5, "%", 0, 100),
        Parameter("amount", "And by more than", 1, "of the currency", 0, 1000),
        Parameter("window", "Disputes taken for", 60, "days", 5, 365, "Where neither bill nor contract says."),
    ),
    needs=(Need("freight charges", lambda: select(freight_charges.c.id)),),
    short=("{charge} billed again, as {twin}", "{charge}: {percent:count}% above what was expected"),
    sentences=(
        ("**{expected:money}** was agreed or paid for the label.", "**{twin}** has billed the same before."),
        (
            "**{vendor}** bills **{billed:money}** for **{what}** of **{tracking}** in **{invoice}**.",
            "**{vendor}** bills **{billed:money}** for **{what}** of **{tracking}**.",
            "**{vendor}** bills **{billed:money}** for **{what}**.",
            "**{vendor}** bills **{billed:money}**.",
        ),
        ("Too much by **{value_at_risk:money}**.",),
        (
            "Next: dispute **{charge}** with **{vendor}** until **{dispute_by:instant}**.",
            "Next: dispute **{charge}** with **{vendor}**, {by_when}.",
        ),
    ),
    rank=95,
    closed_words="**{charge}** is disputed, credited or accepted",
)

DROPSHIP_NO_ACK = Rule(
    code="DROPSHIP_NO_ACK",
    label="Drop-ship not acknowledged",
    about="A purchase order went to a drop-shipper, who has not acknowledged it for longer than allowed.",
    severity="S3",
    resolve_hours=24,
    working=False,
    subject=SubjectKind.PURCHASE_ORDER,
    select=of_bills.dropship_no_ack,
    cause=("po_number",),
    scoped=False,
    parameters=(Parameter("hours", "Sent longer ago than", 24, "hours", 1, 240, delays=True),),
    needs=(
        Need("drop-shippers", lambda: select(vendors.c.id).where(vendors.c.kind == "drop_shipper")),
        Need("purchase orders", lambda: select(purchase_orders.c.id)),
    ),
    short=("{vendor} has had it since {ordered_at:instant}",),
    sentences=(
        (
            "The order **{order}** must ship by **{ship_by:coming}**.",
            "The order **{order}** was to ship by **{ship_by:promise}**.",
        ),
        (
            "**{po_number}** went to **{vendor}** **{ordered_at:instant}**: no acknowledgement for "
            "**{ordered_at:since}**.",
        ),
        words.AT_RISK,
        ("Next: ask **{vendor}** whether it ships, else buy or ship it elsewhere, {by_when}.",),
    ),
    rank=58,
    blocks="shipped",
    closed_words="**{vendor}** has answered, or the order was taken back",
)

CHANNEL_MISMATCH = Rule(
    code="CHANNEL_MISMATCH",
    label="Channel mismatch",
    about="Channel and warehouse say different things of an order, or of the stock of a SKU.",
    severity="S2",
    resolve_hours=8,
    working=True,
    subject=SubjectKind.ORDER,
    select=of_records.channel_mismatch,
    check=of_records.in_plain_words,
    cause=("channel_says", "warehouse_says", "channel_quantity", "warehouse_quantity"),
    clock=of_records.mismatch_clock,
    keeps_opened=True,
    recheck=("files",),
    watches=("listings", "stock_levels", "stock_reports", "sku_aliases"),
    parameters=(
        Parameter("minutes", "Time to agree", 15, "minutes", 0, 10080, "More where files come less often."),
        Parameter("percent", "Quantities apart by more than", 10, "%", 0, 100, "Of the larger one."),
        Parameter("apart", "Stock of files not further apart than", 24, "hours", 1, 240),
    ),
    needs=(
        Need(
            "warehouse records of orders, or listings or stock reports of channels",
            lambda: (
                select(warehouse_orders.c.id.label("id"))
                .union_all(
                    select(listings.c.id), select(stock_reports.c.batch_id).where(stock_reports.c.told_by == "channel")
                )
                .subquery()
                .select()
            ),
        ),
    ),
    short=(
        "Channel says {channel_says}, warehouse {warehouse_says}",
        "{sku}: channel {channel_quantity:count}, warehouse {warehouse_quantity:count}",
        "Channel {channel_quantity:count} pieces, warehouse {warehouse_quantity:count}",
    ),
    sentences=(
        words.LEAVES_BY,
        (
            "The channel says **{channel_says}** ({channel_file}, as of **{channel_time:instant}**); the warehouse "
            "says **{warehouse_says}** ({warehouse_file}, as of **{warehouse_time:instant}**), since "
            "**{since:instant}**.",
            "The channel says **{channel_says}** ({channel_file}, as of **{channel_time:instant}**); the warehouse "
            "says **{warehouse_says}** ({warehouse_file}, as of **{warehouse_time:instant}**).",
            "The channel offers **{channel_quantity:count}** of **{sku}** ({channel_file}, as of "
            "**{channel_time:instant}**); the warehouse has **{warehouse_quantity:count}** ({warehouse_file}, as of "
            "**{warehouse_time:instant}**).",
            "The channel says **{channel_quantity:count}** pieces ({channel_file}, as of **{channel_time:instant}**); "
            "the warehouse says **{warehouse_quantity:count}** ({warehouse_file}, as of **{warehouse_time:instant}**).",
        ),
        words.AT_RISK,
        (
            "Next: count or book **{sku}** and send the channel the right quantity, {by_when}.",
            "Next: find out which is true and correct the other, {by_when}.",
        ),
    ),
    rank=57,
    closed_words="Channel and warehouse agree",
)

RULES: tuple[Rule, ...] = (
    BILLING_VARIANCE,
    SYNC_STALE,
    DROPSHIP_NO_ACK,
    CHANNEL_MISMATCH,
)
