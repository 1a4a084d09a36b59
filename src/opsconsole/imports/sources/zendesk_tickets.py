"""Zendesk's ticket export: one row per ticket, times local to the account, custom fields with their type behind.

The file does not say when customer and agent last wrote. The customer wrote when the ticket was opened; an answer is
known from the first reply, and where a ticket waits for the customer or is solved, from its last change. The order is
named in a custom field, else told by a number in the subject. "Summation column" is a counter and the satisfaction
score is words: neither is a figure.
"""

from opsconsole.imports.source import Signature, Source, columns

_COLUMNS = columns("""
    Summation column | Id | Requester | Requester id | Requester external id | Requester email | Requester domain
    Submitter | Assignee | Group | Subject | Tags | Status | Priority | Via | Ticket type | Created at | Updated at
    Assigned at | Organization | Due date | Initially assigned at | Solved at | Resolution time | Satisfaction Score
    Group stations | Assignee stations | Reopens | Replies | First reply time in minutes
    First reply time in minutes within business hours | First resolution time in minutes
    First resolution time in minutes within business hours | Full resolution time in minutes
    Full resolution time in minutes within business hours | Agent wait time in minutes
    Agent wait time in minutes within business hours | Requester wait time in minutes
    Requester wait time in minutes within business hours | On hold time in minutes
    On hold time in minutes within business hours
""")
_FORMATS = ["iso", "%Y-%m-%d %H:%M", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M"]
# How accounts name the field that holds the order, with Zendesk's type behind it or not.
_NAMES = ("Order number", "Order no", "Order #", "Order id", "Order")
_ORDER_FIELDS = [f"{name}{suffix}" for name in _NAMES for suffix in (" [txt]", " [int]", " [list]", "")]
# A marketplace's number, or one behind a # or the word order.
_IN_SUBJECT = r"(?i)(\d{3}-\d{7}-\d{7}|(?<=#)[a-z]{0,4}\d{3,}|(?<=order )[a-z]{0,4}\d{3,})"
_ANSWERED = {"column": "Status", "equals": ["Pending", "Solved", "Closed", "Hold", "On-hold"]}
_STATUSES = {"new": "new", "open": "open", "pending": "pending", "hold": "on_hold", "on-hold": "on_hold"}


def _when(name: str, **more: object) -> dict[str, object]:
    return {"from": name, "format": _FORMATS, "null": ["-", "N/A"], "optional": True, **more}


SOURCE = Source(
    key="zendesk_tickets",
    label="Zendesk, tickets",
    platform="zendesk",
    signatures=(
        Signature(
            "Zendesk's ticket export",
            (*_COLUMNS, *_ORDER_FIELDS),
            all_of=("Id", "Requester", "Subject", "Status", "Created at", "Via"),
        ),
    ),
    records=(
        {"kind": "tickets", "skip_where": [{"column": "Status", "equals": ["Deleted"]}], "fields": {
            "helpdesk": {"const": "zendesk"},
            "ticket_id": "Id",
            "order_id": {"first": [
                {"from": _ORDER_FIELDS, "strip_prefix": "#", "null": ["-", "N/A"]},
                {"from": "Subject", "extract": _IN_SUBJECT},
            ]},
            "subject": "Subject",
            "status": {"from": "Status", "map": {**_STATUSES, "solved": "solved", "closed": "closed"}},
            "priority": {"from": "Priority", "lower": True, "null": ["-"], "optional": True},
            "kind": {"from": "Ticket type", "lower": True, "null": ["-"], "optional": True},
            "tags": {"from": "Tags", "null": ["-"], "optional": True},
            "requester": {"from": ["Requester email", "Requester"]},
            "assignee": {"from": "Assignee", "null": ["-"], "optional": True},
            "opened_at": {"from": "Created at", "format": _FORMATS, "required": True},
            "last_customer_at": {"from": "Created at", "format": _FORMATS},
            "last_reply_at": {"first": [
                _when("Updated at", where=_ANSWERED),
                _when("Created at", plus_minutes="First reply time in minutes"),
            ]},
            "solved_at": _when("Solved at"),
            "updated_at": _when("Updated at"),
        }},
    ),
    needs_channel=False,
)  # fmt: skip
