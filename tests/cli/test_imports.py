"""Commands about imported files, as a script runs them."""

import json
from pathlib import Path

import pytest

from opsconsole.cli import main
from opsconsole.domain.resources import resource

SAMPLES = Path(__file__).parents[1] / "data"
OF_A_MAPPING = SAMPLES / "fraud_decisions.csv"
# BigCommerce, ChannelAdvisor, Fishbowl, UPS Quantum View; eBay's sites in Australia, Germany and France; Amazon's date
# range reports of Germany and France.
INFERRED = 9
AS_OF = "2026-11-17T15:42:00Z"


@pytest.fixture
def run(sqlite_url: str, capsys: pytest.CaptureFixture[str]):
    """Run a command on the test's database; exit code, what it printed, what it complained of."""

    def command(*given: str) -> tuple[int, str, str]:
        code = main([*given, "--database", sqlite_url, "--as-of", AS_OF])
        told = capsys.readouterr()
        return code, told.out, told.err

    return command


def test_an_import_is_undone_by_its_number_after_a_look_at_what_that_does(run) -> None:
    orders = str(resource("samples", "shopify_orders.csv"))
    batch = str(json.loads(run("import", orders, "--channel", "shop", "--json")[1])["files"][0]["batch"])
    code, out, _ = run("imports", "undo", batch, "--dry-run", "--json")
    told = json.loads(out)
    # Six orders with nine lines stand in the file; the rules had found something in some, which stay as names.
    kinds = {kind["kind"]: kind["removed"] + kind["emptied"] for kind in told["kinds"]}
    assert (kinds["orders"], kinds["order_lines"], told["dry_run"], told["undo_batch"]) == (6, 9, True, None)
    assert len(json.loads(run("list", "orders", "--json")[1])["rows"]) == 6
    code, out, _ = run("imports", "undo", batch)
    assert code in (0, 3)
    assert out.startswith(f"Import {batch} (shopify_orders.csv) was undone: ")
    assert json.loads(run("list", "orders", "--json")[1])["rows"] == []
    states = [row["state"] for row in json.loads(run("list", "imports", "--json")[1])["rows"]]
    assert states == ["done", "undone"]


def test_an_import_that_is_not_there_is_a_mistake(run, tmp_path: Path) -> None:
    code, _, complaint = run("imports", "undo", "7")
    assert (code, complaint.strip()) == (2, "opsconsole: There is no import 7. Look at the list of imports.")


def test_refused_lines_go_out_as_a_workbook(run, tmp_path: Path) -> None:
    good = resource("samples", "shopify_orders.csv").read_text(encoding="utf-8")
    path = tmp_path / "orders.csv"
    path.write_text(good.replace(",1,", ",one,", 1), encoding="utf-8")
    batch = str(json.loads(run("import", str(path), "--channel", "shop", "--json")[1])["files"][0]["batch"])
    code, out, _ = run("imports", "rejects", batch, str(tmp_path / "out.xlsx"))
    assert code == 0
    assert "correct them and import the workbook" in out
    assert (tmp_path / "out.xlsx").exists()


def test_amounts_without_a_currency_are_a_mistake_that_names_the_option(run, tmp_path: Path) -> None:
    mapping, path = tmp_path / "till.toml", tmp_path / "till.csv"
    fields = 'order_id = "id"\nplaced_at = "at"\ntotal = "sum"\n'
    mapping.write_text(f'name = "Till"\nchannel = "till"\n[[records]]\nkind = "orders"\n[records.fields]\n{fields}')
    path.write_text("id,at,sum\n1,2026-11-16,12.50\n")
    code, out, _ = run("import", str(path), "--mapping", str(mapping))
    assert code == 2
    assert "till.csv: which currency are its amounts in? Neither the file nor its mapping says." in out
    assert "with --currency USD on the command line (it is the base currency as long as nothing else is known)" in out
    code, out, _ = run("import", str(path), "--mapping", str(mapping), "--currency", "GBP")
    assert (code, "Its amounts are in GBP, as told." in out) == (0, True)


def test_every_layout_is_recognized_and_says_where_it_is_inferred(run, tmp_path: Path) -> None:
    """The project's own rows under the header of each layout; a file is named after the source it is of."""
    from opsconsole.imports.source import all_sources

    files = [path for path in SAMPLES.iterdir() if path.suffix in (".csv", ".txt", ".edi") and path != OF_A_MAPPING]
    code, out, _ = run("import", *map(str, files), "--channel", "shop", "--dry-run", "--json")
    assert code == 0
    told = {file["file"]: file for file in json.loads(out)["files"]}
    assert len(told) == len(files)
    for path in files:
        file = told[path.name]
        assert file["state"] == "dry_run"
        assert path.stem.startswith(file["source"]), path.name
        source = all_sources()[file["source"]]
        known = {one.label: one.inferred for one in source.signatures}
        inferred = source.inferred or next((known[label] for label in known if label in file["why"]), "")
        said = [note for note in file["notes"] if " is inferred from " in note]
        assert len(said) == bool(inferred), path.name
        assert not inferred or f"inferred from {inferred};" in said[0]
    assert sum(" is inferred from " in " ".join(file["notes"]) for file in told.values()) == INFERRED
