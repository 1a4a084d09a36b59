"""Examples of the rules about what records say of each other; expected by hand from the definitions."""

from opsconsole.domain.instants import HOUR, SECOND

EXAMPLES = {
    "SYNC_STALE": (
        {"feed": {"newest_data_at": -2 * HOUR - SECOND}},
        "orders_file/shop",
        {"feed": {"newest_data_at": -2 * HOUR}},
    ),
}
