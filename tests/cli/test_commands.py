"""Commands as a script runs them: their own process would only be slower."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from opsconsole.cli import main
from opsconsole.domain.resources import resource

AS_OF = "2026-11-17T15:42:00Z"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(database_url: str, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command on the test's database; exit code, what it printed, what it complained of."""

    def command(*given: str) -> tuple[int, str, str]:
        code = main([*given, "--database", database_url, "--as-of", AS_OF])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


@pytest.fixture
def filled(run: Run) -> Run:
    samples = [str(resource("samples", name)) for name in ("shopify_orders.csv", "shopify_inventory.csv")]
    assert run("import", *samples, "--channel", "sample-shop")[0] == 0
    return run


def rows(run: Run, *given: str) -> list[dict[str, Any]]:
    code, out, _ = run(*given, "--json")
    assert code == 0
    told = json.loads(out)
    assert told["total"] == len(told["rows"])
    return list(told["rows"])


def test_an_import_tells_per_file_what_it_did_and_the_rules_run(run: Run) -> None:
    orders = str(resource("samples", "shopify_orders.csv"))
    code, out, _ = run("import", orders, "--channel", "sample-shop", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["as_of"] == AS_OF
    file = told["files"][0]
    assert (file["source"], file["rejected"], file["updated"]) == ("shopify_orders", 0, 0)
    assert file["batch"] is not None
    kinds = {kind["kind"]: kind["inserted"] for kind in file["kinds"]}
    # Six orders with nine lines stand in the file.
    assert (kinds["orders"], kinds["order_lines"]) == (6, 9)
    assert "opened" in told["detection"]
    again = json.loads(run("import", orders, "--channel", "sample-shop", "--json")[1])
    assert again["files"][0]["inserted"] == 0


def test_a_dry_run_changes_nothing(run: Run) -> None:
    code, out, _ = run("import", str(resource("samples", "shopify_orders.csv")), "--channel", "s", "--dry-run")
    assert code == 0
    assert "Nothing was written." in out
    assert "  new order: " in out
    assert rows(run, "list", "orders") == []


def test_a_file_of_a_header_alone_is_said_to_have_no_records(run: Run, tmp_path: Path) -> None:
    header = tmp_path / "orders_export.csv"
    header.write_text(resource("samples", "shopify_orders.csv").read_text(encoding="utf-8").splitlines()[0] + "\n")
    assert "It has no records, only its header." in run("import", str(header), "--channel", "s", "--dry-run")[1]


def test_a_missing_file_is_a_mistake(run: Run, tmp_path: Path) -> None:
    code, out, complaint = run("import", str(tmp_path / "no.csv"))
    assert (code, out) == (2, "")
    assert "There is no file" in complaint


def test_refused_lines_make_it_partly_done_and_are_listed(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "orders_export.csv"
    text = resource("samples", "shopify_orders.csv").read_text(encoding="utf-8")
    bad.write_text(text.replace(",95.00,,0.00,", ",ninety,,0.00,"), encoding="utf-8")
    code, _, _ = run("import", str(bad), "--channel", "sample-shop")
    assert code == 3
    (reject,) = rows(run, "list", "rejects")
    assert (reject["file"], reject["field"], reject["found"]) == ("orders_export.csv", "total", "ninety")
    assert len(rows(run, "list", "orders")) == 5


def test_money_and_instants_are_plain_for_scripts(filled: Run) -> None:
    orders = {row["order"]: row for row in rows(filled, "list", "orders")}
    assert (orders["1004"]["total"], orders["1004"]["currency"]) == ("63.00", "USD")
    assert orders["1004"]["placed_at"] == "2026-11-16T21:20:00Z"


def test_exceptions_have_what_scripts_are_promised(filled: Run) -> None:
    promised = {
        "id", "type", "severity", "state", "subject_kind", "subject", "order", "channel", "opened_at", "due_at",
        "value_at_risk", "currency", "owner", "evidence",
    }  # fmt: skip
    found = rows(filled, "list", "exceptions")
    assert promised <= set(found[0])
    late = rows(filled, "list", "exceptions", "--filter", "type=LATE_SHIPMENT")
    # Placed on 5 and 9 November and not fulfilled; two business days to ship.
    assert [row["order"] for row in late] == ["1002", "1003"]


def test_rules_and_kpis_have_what_scripts_are_promised(filled: Run) -> None:
    assert {"key", "open", "value_at_risk", "state"} <= set(rows(filled, "list", "rules")[0])
    kpis = rows(filled, "list", "kpis", "--period", "all")
    promised = {"key", "label", "state", "value", "unit", "numerator", "denominator", "period_start", "period_end"}
    assert promised <= set(kpis[0])
    placed = next(row for row in kpis if row["key"] == "aov")
    # Totals of the file: 98 + 95 + 54 + 63 + 84 + 84 = 478 for six orders, taxes 0.
    assert placed["state"] == "value"
    assert placed["value"] == pytest.approx(478 / 6, abs=0.005)


def test_an_exception_is_explained(filled: Run) -> None:
    late = rows(filled, "list", "exceptions", "--filter", "type=LATE_SHIPMENT")[0]
    code, out, _ = filled("explain", str(late["id"]), "--json")
    told = json.loads(out)
    assert (code, told["type"], told["order"]) == (0, "LATE_SHIPMENT", "1002")
    assert told["evidence"]
    assert "**" not in "".join(told["evidence"])
    assert filled("explain", "999999")[0] == 2


def test_a_kpi_is_explained(filled: Run) -> None:
    code, out, _ = filled("explain", "on_time_shipment", "--period", "all", "--json")
    told = json.loads(out)
    assert code == 0
    # Ship-by has come for #1001 (shipped the next day) and #1002 (not shipped); #1003 is due too, unpaid and unshipped.
    assert told["numerator"] <= told["denominator"]
    assert told["definition"]
    assert filled("explain", "no_such_kpi")[0] == 2


def test_detection_is_told(filled: Run) -> None:
    code, out, _ = filled("detect", "--full", "--json")
    told = json.loads(out)
    assert code == 0
    assert told["scope"] == "full"
    assert {"key", "state", "open", "older", "reason"} == set(told["rules"][0])


def test_an_export_is_a_workbook(filled: Run, tmp_path: Path) -> None:
    path = tmp_path / "review.xlsx"
    code, out, _ = filled("export", "review", str(path), "--json")
    assert (code, json.loads(out)["path"]) == (0, str(path))
    assert openpyxl.load_workbook(path).sheetnames[0] == "Cover"


def test_sources_and_their_fields_are_listed(run: Run) -> None:
    assert {"shopify_orders", "shopify_inventory"} <= {row["key"] for row in rows(run, "sources")}
    fields = rows(run, "sources", "--fields")
    assert {"kind": "orders", "field": "order_id"}.items() <= next(
        row for row in fields if (row["kind"], row["field"]) == ("orders", "order_id")
    ).items()


def test_a_backup_is_restored_and_a_database_checked(filled: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    assert filled("backup", str(copy))[0] == 0
    assert filled("check")[0] == 0
    other = tmp_path / "other.db"
    assert main(["restore", str(copy), "--database", str(other)]) == 0
    assert main(["list", "orders", "--database", str(other)]) == 0


def test_a_database_of_today_needs_no_migration(run: Run) -> None:
    code, out, _ = run("migrate")
    assert code == 0
    assert "up to date" in out


def test_a_missing_database_is_a_mistake(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["list", "orders", "--database", str(tmp_path / "none.db")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
