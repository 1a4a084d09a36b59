"""The rules on the command line: listed, set, switched, tried, and their history."""

import json

import pytest

from opsconsole.cli.program import main
from opsconsole.domain.instants import HOUR, to_iso
from opsconsole.services.detection import detect


@pytest.fixture
def ask(sqlite_writing, now, capsys):
    """Run a command against a shop with an order unpaid for 30 hours; exit code and what was printed."""
    order = {"channel": "shop", "order_id": "1", "placed_at": now - 30 * HOUR, "status": "processing",
             "payment_status": "pending", "currency": "USD", "total": 5000, "ship_by": now + 240 * HOUR}  # fmt: skip
    sqlite_writing(at=now, orders=[order])
    detect(sqlite_writing.database, now)

    def run(*arguments):
        code = main(["rules", *arguments, "--database", sqlite_writing.database.url, "--as-of", to_iso(now + HOUR)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_rules_are_listed_set_tried_and_switched(ask):
    code, out, _ = ask("list", "--json")
    rows = {row["key"]: row for row in json.loads(out)["rows"]}
    assert (code, rows["PAYMENT_PENDING"]["open"], rows["PAYMENT_PENDING"]["state"]) == (0, 1, "ran")
    code, out, _ = ask("try", "PAYMENT_PENDING", "hours", "48", "--json", "--rows")
    told = json.loads(out)
    assert (code, told["raised"], told["not_raised"], told["rows"][0]["outcome"]) == (0, 1, 1, "not_raised")
    code, out, _ = ask("set", "payment_pending", "hours", "48", "--reason", "agreed", "--channel", "shop")
    assert code == 0
    assert out.startswith("Payment pending: unpaid for longer than set to 48 hours for channel shop.")
    assert ask("off", "PAYMENT_PENDING", "--reason", "double work")[0] == 0
    code, out, _ = ask("history", "PAYMENT_PENDING", "--json")
    assert {(row["words"], row["reason"]) for row in json.loads(out)["rows"]} == {
        ("Switched off", "double work"), ("Unpaid for longer than set to 48 hours", "agreed"),
    }  # fmt: skip


def test_mistakes_are_told_in_one_line(ask):
    code, _, err = ask("set", "PAYMENT_PENDING", "hours", "5000", "--reason", "x")
    assert code == 2
    assert "Choose between 1 and 720." in err
    assert ask("set", "PAYMENT_PENDING", "hours", "36")[0] == 2
    assert ask("try", "NOTHING", "hours", "36")[0] == 2
