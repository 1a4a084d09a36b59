from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from opsconsole.services import links, settings
from opsconsole.services.links import Subject, filled, mail_url, web_url

VALUES = {
    "order": "#10 01", "order_id": "55/../66?x=1&y", "tracking": "1Z 999&evil=1", "email": "a.b+c@example.com",
    "customer": "Zoë <b>", "type": "Late shipment", "severity": "S1", "channel": "Amazon", "why": "Too late.",
    "due": "Tue", "value": "$5", "owner": "",
}  # fmt: skip


def read(database: Any, now: int, **more: str) -> dict[str, links.Link]:
    subject = Subject(VALUES, **{"carrier": "ups", "channel": "amazon-us", "platform": "amazon", **more})
    with database.read() as connection:
        return {link.kind: link for link in links.links(connection, subject, now)}


def test_values_are_encoded_so_that_they_cannot_change_where_a_link_leads(sqlite_database: Any, now: int) -> None:
    made = read(sqlite_database, now)
    tracking = urlsplit(made["tracking"].url)
    assert parse_qs(tracking.query) == {"tracknum": ["1Z 999&evil=1"]}
    order = urlsplit(made["order"].url)
    assert order.path.rsplit("/", 1)[1] == "55%2F..%2F66%3Fx%3D1%26y"
    assert order.query == ""


def test_a_mail_says_whom_what_and_in_which_lines() -> None:
    url = urlsplit(mail_url("a.b+c@example.com", "Your order #1 & more", "Hello\nthere"))
    assert (url.scheme, unquote(url.path)) == ("mailto", "a.b+c@example.com")
    assert parse_qs(url.query) == {"subject": ["Your order #1 & more"], "body": ["Hello\r\nthere"]}


@pytest.mark.parametrize(
    "template",
    ["javascript:alert({order})", "file:///{order}", "{order}", "mailto:{email}", "https://a.example.com/{nobody}"],
)
def test_only_web_addresses_with_all_their_values_are_links(template: str) -> None:
    assert web_url(template, VALUES) == ""


def test_the_business_sets_its_own_templates_from_a_date_on(database: Any, now: int) -> None:
    before = read(database, now)
    settings.change_setting(
        database, "order_links", {"amazon-us": "https://shop.example.com/{order}"}, who="A", now=now + 1
    )
    settings.change_setting(database, "ticket_text", "{type} {nonsense} {owner}", who="A", now=now + 1)
    assert read(database, now) == before
    after = read(database, now + 1)
    assert after["order"].url == "https://shop.example.com/%2310%2001"
    assert after["ticket"].text == "Late shipment {nonsense} unknown"


def test_a_template_with_loose_braces_breaks_nothing(sqlite_database: Any, now: int) -> None:
    for key, value in (("ticket_text", "{ {type"), ("tracking_links", {"ups": "https://a.example.com/{"})):
        settings.change_setting(sqlite_database, key, value, who="A", now=now)
    made = read(sqlite_database, now)
    assert "tracking" not in made
    assert made["ticket"].text == "{ {type"


def test_what_nobody_knows_is_said_to_be_unknown() -> None:
    assert filled("Owner: {owner}.", VALUES) == "Owner: unknown."
