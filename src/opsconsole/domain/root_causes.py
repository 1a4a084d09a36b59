"""Root causes: why an exception happened, chosen when it is resolved; keys are stored and never renamed."""

from opsconsole.domain.statuses import Status

ROOT_CAUSES: dict[str, Status] = {
    status.code: status
    for status in (
        Status("stock_record_wrong", "Stock record was wrong", "bad", frozenset({"stock"})),
        Status("supplier_late", "Supplier was late", "bad", frozenset({"stock", "vendor"})),
        Status("oversold", "Sold more than was there", "bad", frozenset({"stock"})),
        Status("picking_capacity", "Too few hands in the warehouse", "bad", frozenset({"warehouse"})),
        Status("picking_error", "Picked or packed wrongly", "bad", frozenset({"warehouse"})),
        Status("cutoff_missed", "Carrier cut-off missed", "bad", frozenset({"warehouse"})),
        Status("carrier_delay", "Carrier was late", "bad", frozenset({"carrier", "vendor"})),
        Status("carrier_data", "Carrier sent no or wrong data", "warn", frozenset({"carrier", "vendor"})),
        Status("label_data", "Label data was wrong", "warn", frozenset({"warehouse"})),
        Status("weather", "Weather or force majeure", "neutral", frozenset({"outside"})),
        Status("customer_address", "Customer gave a wrong address", "neutral", frozenset({"customer"})),
        Status("customer_request", "Customer asked for it", "neutral", frozenset({"customer"})),
        Status("payment_provider", "Payment provider", "warn", frozenset({"payment"})),
        Status("catalog_data", "Item or listing data was wrong", "warn", frozenset({"data"})),
        Status("integration", "A feed or an integration was down", "bad", frozenset({"data"})),
        Status("channel_promise", "Channel promised too much", "warn", frozenset({"channel"})),
        Status("false_alarm", "Nothing was wrong", "neutral", frozenset({"data"})),
        Status("other", "Other", "neutral"),
    )
}
