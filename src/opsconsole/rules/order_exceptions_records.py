"""What the records of others say: feeds, bills, drop-shippers, channels against warehouses."""

from sqlalchemy import select

from opsconsole.rules import order_exceptions_stock as of_stock
from opsconsole.rules.rule import Need, Parameter, Rule, SubjectKind
from opsconsole.store.schema import feeds

SYNC_STALE = Rule(
    code="SYNC_STALE",
    label="Feed stale",
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

RULES: tuple[Rule, ...] = (SYNC_STALE,)
