"""A tab of invented rows, for the tests of the frame: nothing of it is in the program."""

from typing import Any

from opsconsole.desktop.chips import Chip
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.panel import Notice, PanelContent, Section
from opsconsole.desktop.sections import checklist, history, sentences
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tab_content import Freshness, Request, Selector, TabAction, TabContent
from opsconsole.desktop.table.arrangement import SortBy
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.field import Field, Kind, TimeLeft, Total
from opsconsole.domain.instants import from_iso
from opsconsole.domain.listing import Listing, from_rows
from opsconsole.domain.progress import Progress

NOW = from_iso("2026-11-17T15:42:00Z")

FIELDS = (
    Field("severity", "Severity", Kind.SEVERITY, total=Total.COUNT, total_words="exceptions"),
    Field("type", "Type", Kind.TEXT),
    Field("why", "Why", Kind.TEXT, stretch=True, wide_only=True),
    Field("order", "Order", Kind.IDENTIFIER, total=Total.DISTINCT, total_words="orders"),
    Field("channel", "Channel", Kind.TEXT, spare=True),
    Field("age", "Age", Kind.DURATION, spare=True),
    Field("time_left", "Time left", Kind.TIME_LEFT, total=Total.OVER, total_words="over time"),
    Field("value", "Value at risk", Kind.MONEY, currency="USD", total=Total.SUM),
    Field("owner", "Owner", Kind.TEXT, missing="Unassigned", total=Total.MISSING, total_words="without owner"),
    Field("state", "State", Kind.STATE),
    Field("site", "Site", Kind.TEXT, hidden=True),
)

TYPES = (
    ("S1", "Late shipment", 23, 842_000),
    ("S2", "Ship-by at risk", 41, 931_800),
    ("S1", "Out of stock", 17, 620_500),
    ("S2", "No carrier scan", 26, 411_200),
    ("S2", "Stuck order", 22, 398_600),
    ("S2", "Label failed", 12, 187_400),
    ("S3", "Payment pending", 11, 140_400),
    ("S3", "Partial shipment", 9, 98_000),
    ("S4", "Billing variance", 5, 4_800),
)
_SEED = (
    ("S1", "Late shipment", "Ship-by passed, no ship confirm", "SO-204817", "Amazon", 67320, -13320, 0.0, 41260,
     "Shift A", "in_progress"),
    ("S1", "Out of stock", "Open quantity above available", "SO-204902", "Shopify", 24120, -9720, 0.0, 28600,
     "Stock desk", "acknowledged"),
    ("S2", "Label failed", "Carrier refused the postal code", "SO-205011", "Walmart", 10260, -3060, 0.0, 7495,
     "Shift A", "open"),
    ("S1", "Cancel after release", "Cancel asked while picking", "SO-205044", "Amazon", 4680, -1080, 0.0, 15820,
     "Ops manager", "in_progress"),
    ("S2", "Short pick", "Picked 3 of 4, bin B-02-11", "SO-205038", "Shopify", 6720, 480, 0.07, 9640, "Shift A",
     "in_progress"),
    ("S1", "Late shipment", "Ship-by passed, no ship confirm", "SO-204866", "eBay", 5760, 1440, 0.2, 6310, None,
     "open"),
    ("S1", "Fraud review", "Score 82, limit 70: billing and shipping differ", "SO-204975", "Shopify", 12300, 2100,
     0.14, 124000, "Risk desk", "waiting"),
    ("S2", "Duplicate order", "Same items and address 14 min apart", "SO-205029", "Shopify", 11280, 3120, 0.18, 21990,
     None, "open"),
    ("S2", "Weight mismatch", "2.31 kg, expected 1.94 kg", "SO-205002", "Amazon", 3840, 5880, 0.55, 4875, "Shift A",
     "acknowledged"),
    ("S2", "Ship-by at risk", "5h 18m left, site needs 6h 05m", "SO-205067", "Amazon", 3060, 19080, 0.88, 18835,
     "Shift A", "open"),
    ("S3", "Payment pending", "Authorized 29h ago, not captured", "SO-204955", "Shopify", 18600, 67800, 0.78, 8450,
     None, "open"),
    ("S4", "Billing variance", "Billed 12% over the rate card", "SO-203118", "Amazon", 57600, 201600, 0.8, 485,
     "Carrier desk", "open"),
)  # fmt: skip


def rows(count: int = 214) -> list[dict[str, Any]]:
    """Rows as dicts, the first ones as in the pictures."""
    made = []
    for number in range(count):
        severity, kind, why, order, channel, age, left, share, value, owner, state = _SEED[number % len(_SEED)]
        turn = number // len(_SEED)
        made.append(
            {
                "id": number,
                "severity": severity,
                "type": kind,
                "why": why,
                "order": order if not turn else f"SO-{200000 + number}",
                "channel": channel,
                "age": age + turn * 60,
                "time_left": TimeLeft(left + turn * 3600 if left > 0 or turn else left, share),
                "value": value,
                "owner": owner,
                "state": state,
                "site": ("Reno 1", "Columbus")[number % 2],
            }
        )
    return made


def listing(count: int = 214) -> Listing:
    """Listing of the rows."""
    return from_rows(FIELDS, rows(count), id_key="id", as_of=NOW, time_zone="America/New_York")


class SampleTab(Tab):
    """Looks like the list of order exceptions."""

    key = "sample"
    search_hint = "Order, SKU, tracking, customer ref"
    noun = ("exception", "exceptions")
    subjects = frozenset({"sample"})
    selectors = (Selector("owner", "Owner", field="owner"), Selector("site", "Site", "all", field="site"))
    sort = (SortBy("time_left"),)

    def __init__(self, desk: Desk) -> None:
        self.done: list[tuple[str, list[Any]]] = []
        super().__init__(desk)

    @staticmethod
    def load_views(workspace: Workspace, key: str) -> tuple[Any, ...]:
        return ()

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        made = listing()
        kinds = [Chip("", "All types", len(made), amount=4_831_240, currency="USD")]
        kinds += [
            Chip(name, name, count, shape, amount, "USD", {"type": frozenset({name})})
            for shape, name, count, amount in TYPES
        ]
        return TabContent(
            made,
            tuple(kinds),
            badge=len(made),
            status=(f"**{len(made)}** open", "**$48,312.40** at risk"),
            freshness=Freshness("11 of 12 feeds fresh: Walmart orders 5 h old", "warn"),
        )

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> Any:
        return rows(identity + 1)[-1]

    def build_panel(self, identity: Any, detail: Any) -> PanelContent:
        why = (
            "Ship-by was **Mon 16 Nov, 16:00**. No ship confirm by now: **18h 42m late**. Packing waits for line 2, "
            "**KT-4410-BLK**: picked **1 of 2**. Value at risk: **$412.60**. Next cut-off: **Northline Ground, "
            "16:00**, in 5h 18m."
        )
        steps = (
            ("Look for KT-4410-BLK in other bins", True, "08:12"),
            ("Ask Columbus to ship line 2", True, "09:40"),
            ("Split the order: ship 2 of 3 lines by 16:00", False, ""),
            ("Tell the customer the new date for line 2", False, ""),
        )
        log = (
            ("10:04", "Shift A", "State set to In progress"),
            ("09:41", "Shift A", "Note: Columbus has 6, leaves today"),
            ("07:02", "Ops manager", "Assigned to Shift A"),
        )
        return PanelContent(
            detail["type"],
            badge=detail["severity"],
            subtitle=f"**{detail['order']}** {detail['channel']}, Reno 1, 3 lines",
            aside="3h 42m over",
            aside_tone="bad",
            notice=Notice("Also on this order: short pick, stuck order", link=("Show", lambda: None)),
            sections=(
                Section("Why", sentences(why)),
                Section("Runbook", checklist(steps, lambda number, on: None), "2 of 4 done"),
                Section("History", history(log)),
            ),
            links=(("copy", "Copy", lambda: None),),
        )

    def row_actions(self) -> tuple[TabAction, ...]:
        return (
            TabAction("resolve", "Resolve", lambda ids: self.done.append(("resolve", ids)), "R", primary=True),
            TabAction("assign", "Assign", lambda ids: self.done.append(("assign", ids)), "A"),
            TabAction("note", "Note", lambda ids: self.done.append(("note", ids)), "N"),
            TabAction("snooze", "Snooze", lambda ids: self.done.append(("snooze", ids)), "Z"),
            TabAction("ignore", "Ignore", lambda ids: self.done.append(("ignore", ids)), in_menu=True),
        )
