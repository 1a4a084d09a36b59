"""Saved mappings on the command line: proposed with reasons, kept, used, renamed, deleted and restored."""

import json

import pytest

from opsconsole.cli.program import main
from opsconsole.domain.instants import to_iso

ROWS = "".join(f"A-{n},OST,{n}\n" for n in range(9))


@pytest.fixture
def ask(sqlite_database, now, capsys, tmp_path, monkeypatch):
    """Run a command against an empty database; exit code and what was printed."""
    monkeypatch.setenv("OPSCONSOLE_MAPPINGS", str(tmp_path / "none"))

    def run(*arguments):
        code = main([*arguments, "--database", sqlite_database.url, "--as-of", to_iso(now)])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_a_file_is_proposed_saved_and_read_with_its_mapping(ask, tmp_path):
    path, toml = tmp_path / "bestand.csv", tmp_path / "bestand.toml"
    path.write_text(f"Artikelnummer,Lagerort,Bestand\n{ROWS}")
    code, out, _ = ask("mappings", "propose", str(path), "--json")
    told = json.loads(out)
    assert (code, told["records"]) == (0, [{"kind": "stock_levels", "read": 9, "refused": 0}])
    assert told["fields"][0] == {
        "kind": "stock_levels", "field": "sku", "from": "Artikelnummer",
        "reason": "its name and its values are all different", "proof": None, "score": 1.0,
    }  # fmt: skip
    code, out, _ = ask("mappings", "propose", str(path), "--out", str(toml))
    assert code == 0
    assert "Stock levels: 9 would be read, 0 refused." in out
    assert ask("mappings", "save", str(toml))[:2] == (0, "Mapping “Bestand” saved.\n")
    assert ask("mappings", "save", str(toml))[0] == 2
    assert ask("mappings", "save", str(toml), "--replace")[0] == 0
    code, out, _ = ask("import", str(path), "--json")
    assert json.loads(out)["files"][0]["source"] == "mapping:Bestand"
    assert ask("mappings", "rename", "Bestand", "Stock east")[0] == 0
    assert ask("mappings", "delete", "Stock east")[:2] == (0, "Mapping “Stock east” deleted.\n")
    code, out, _ = ask("mappings", "list", "--json")
    (row,) = json.loads(out)["rows"]
    assert (row["name"], row["state"]) == ("Stock east", "deleted")
    assert ask("mappings", "restore", "Stock east")[0] == 0
    code, out, _ = ask("mappings", "show", "Stock east")
    assert out.startswith('name = "Stock east"\n')


def test_what_cannot_be_mapped_is_told_in_one_line(ask, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n")
    assert "holds no records that are known here" in ask("mappings", "propose", str(path))[1]
    code, _, err = ask("mappings", "propose", str(path), "--kind", "nothing")
    assert (code, "There is no record kind “nothing”." in err) == (2, True)
    assert "There is no mapping “Till”." in ask("mappings", "show", "Till")[2]


def test_a_proposal_for_amounts_asks_for_their_currency(ask, tmp_path):
    path = tmp_path / "sold.csv"
    path.write_text(
        "Receipt,SKU,Pieces,Price,Sold on\n" + "".join(f"R{n},A-{n},1,{n}.50,2026-11-1{n}\n" for n in range(9))
    )
    told = json.loads(ask("mappings", "propose", str(path), "--kind", "sales_history", "--json")[1])
    assert told["questions"][0]["kind"] == "currency"
    assert told["questions"][0]["words"].startswith("Which currency are its amounts in? USD is likely: ")
    assert told["fault"] == "Its amounts have no currency. Say which they are in."


def test_a_mapping_is_proposed_before_there_is_a_database(capsys, tmp_path, monkeypatch):
    monkeypatch.delenv("OPSCONSOLE_DATABASE", raising=False)
    monkeypatch.setenv("OPSCONSOLE_MAPPINGS", str(tmp_path / "none"))
    own = tmp_path / "none" / "ops.db"
    monkeypatch.setattr("opsconsole.services.databases.default_database_url", lambda: str(own))
    path = tmp_path / "till.csv"
    path.write_text("Order number,Date,Total\n1,2026-11-16,12.50\n2,2026-11-17,3.00\n")
    assert main(["mappings", "propose", str(path)]) == 0
    told = capsys.readouterr().out
    assert 'kind = "orders"' in told
    assert "Which currency are its amounts in?" in told
    assert not own.exists()
    assert main(["mappings", "propose", str(path), "--database", str(tmp_path / "absent.db")]) == 2
    assert "There is no database" in capsys.readouterr().err
