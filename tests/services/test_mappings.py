"""Saved mappings: kept, recognized, changed, taken back; and what the editor asks the file for."""

from pathlib import Path
from typing import Any

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.file_mapping import Question, answered, as_content
from opsconsole.services import changes, imports, mappings, mappings_changes
from opsconsole.services.mapping_editor import open_for_mapping, open_questions, propose_mapping, read_as, record_kinds
from opsconsole.services.mapping_preview import preview

DATA = Path(__file__).parents[1] / "data"
CONTENT = {
    "name": "Till",
    "channel": "till",
    "file": {"header": ["Receipt", "Article", "Pieces", "When"]},
    "records": [
        {
            "kind": "sales_history",
            "fields": {"document": "Receipt", "sku": "Article", "quantity": "Pieces", "sold_at": {"from": "When"}},
        }
    ],
}
FILE = "Receipt\tArticle\tPieces\tWhen\n1\tA\t2\t2026-11-16\n2\tB\t1\t2026-11-16\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for mapping files."""
    place = tmp_path / "mappings"
    place.mkdir()
    monkeypatch.setenv("OPSCONSOLE_MAPPINGS", str(place))
    return place


def save(database: Any, now: int, **more: Any) -> Any:
    return mappings_changes.save_mapping(database, {**CONTENT, **more}, who="Ann", now=now)


def states(database: Any, now: int) -> dict[str, str]:
    listing = mappings.list_mappings(database, now)
    return dict(zip(listing.columns["name"], listing.columns["state"], strict=True))


def test_a_mapping_lives_its_life_and_every_step_can_be_taken_back(database: Any, folder: Path, now: int) -> None:
    saved = save(database, now)
    one = mappings.find_mapping(database, "Till")
    with pytest.raises(UserError, match="There is a mapping “Till” already"):
        save(database, now, name="till")
    renamed = mappings_changes.rename_mapping(database, one, "Shop till", who="Ann", now=now)
    with pytest.raises(UserError, match="Ann changed the mapping “Till” meanwhile"):
        mappings_changes.delete_mapping(database, one, who="Bo", now=now)
    deleted = mappings_changes.delete_mapping(database, mappings.find_mapping(database, "Shop till"), who="Bo", now=now)
    assert states(database, now) == {"Shop till": "deleted"}
    assert mappings.saved_specs(database) == ([], [])
    assert changes.undo_change(database, deleted.id, who="Bo", now=now).words == "Undone: mapping “Shop till” deleted"
    assert states(database, now) == {"Shop till": "ready"}
    # What was undone counted the version up, so an older step is no longer the newest.
    undone = changes.undo_change(database, renamed.id, who="Ann", now=now)
    assert undone.conflicts[0].words == "was changed since"
    again = mappings.find_mapping(database, "Shop till")
    assert again.version == 4
    removed = mappings_changes.delete_mapping(database, again, who="Ann", now=now)
    back = mappings_changes.restore_mapping(database, mappings.find_mapping(database, again.id), who="Ann", now=now)
    assert states(database, now) == {"Shop till": "ready"}
    assert removed.id is not None
    assert back.id is not None
    assert saved.id is not None


def test_the_files_read_with_a_mapping_go_with_its_name(
    sqlite_database: Any, folder: Path, now: int, tmp_path: Path
) -> None:
    save(sqlite_database, now)
    path = tmp_path / "till.tsv"
    path.write_text(FILE)
    (done,) = imports.import_files(sqlite_database, [path], now=now, who="Ann").files
    assert (done.source, done.total("inserted")) == ("mapping:Till", 2)
    one = mappings.find_mapping(sqlite_database, "Till")
    mappings_changes.rename_mapping(sqlite_database, one, "Kasse", who="Ann", now=now)
    renamed = mappings.find_mapping(sqlite_database, "Kasse")
    assert [row[1:] for row in mappings.files_read_with(sqlite_database, renamed, now)] == [("till.tsv", now, 2, 0)]
    listing = mappings.list_mappings(sqlite_database, now)
    assert (listing.columns["files"][0], listing.columns["used_at"][0]) == (1, now)


def test_a_mapping_of_the_database_hides_a_file_of_its_name_and_a_broken_file_says_why(
    sqlite_database: Any, folder: Path, now: int
) -> None:
    save(sqlite_database, now)
    (folder / "a.toml").write_text("name = ")
    (folder / "b.toml").write_text('name = "Till"\n[[records]]\nkind = "vendors"\n[records.fields]\nkey = "K"\n')
    (folder / "c.toml").write_text('name = "Other"\n[[records]]\nkind = "nothing"\n[records.fields]\nkey = "K"\n')
    assert states(sqlite_database, now) == {"Till": "hidden", "a": "broken", "Other": "broken"}
    specs, faults = mappings.saved_specs(sqlite_database)
    assert [spec.channel for spec in specs] == ["till"]
    assert [fault.split(":")[0] for fault in faults] == ["a.toml is not a valid mapping", "c.toml, records 1"]
    hidden = mappings.find_mapping(sqlite_database, str(folder / "b.toml"))
    with pytest.raises(UserError, match="is a file on this computer"):
        mappings_changes.delete_mapping(sqlite_database, hidden, who="Ann", now=now)
    mappings_changes.copy_mapping(sqlite_database, hidden, "Till vendors", who="Ann", now=now)
    assert states(sqlite_database, now)["Till vendors"] == "ready"


def test_a_mapping_is_shared_as_a_small_file_and_taken_in_elsewhere(
    sqlite_database: Any, folder: Path, now: int, tmp_path: Path
) -> None:
    save(sqlite_database, now)
    one = mappings.find_mapping(sqlite_database, "Till")
    shared = mappings_changes.write_mapping_file(one, tmp_path / "till.toml")
    assert mappings_changes.read_mapping_file(shared) == CONTENT
    assert not list(tmp_path.glob("*.part"))
    with pytest.raises(UserError, match="cannot be written"):
        mappings_changes.write_mapping_file(one, tmp_path / "no" / "till.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text('[[records]]\nkind = "orders"\n[records.fields]\nnumber = "X"\n')
    with pytest.raises(UserError, match="orders have no field “number”"):
        mappings_changes.read_mapping_file(broken)


def test_a_mapping_that_is_not_valid_is_not_kept(sqlite_database: Any, folder: Path, now: int) -> None:
    with pytest.raises(UserError, match="no record kind"):
        save(sqlite_database, now, records=[{"kind": "nothing", "fields": {"a": "b"}}])
    with pytest.raises(UserError, match="has no name"):
        save(sqlite_database, now, name=" ")
    assert states(sqlite_database, now) == {}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("b2b_orders_2026-11-16.csv", "B2b orders"), ("stock 3PL 20261116.csv", "Stock 3PL"), ("Q4-2026 Umsatz.csv",
         "Umsatz"), ("20261116.csv", "20261116"), ("pickliste-2.csv", "Pickliste"),
    ],
)  # fmt: skip
def test_a_mapping_is_named_after_its_file_less_dates_and_numbers(
    sqlite_database: Any, tmp_path: Path, file: str, name: str
) -> None:
    path = tmp_path / file
    path.write_text("SKU,On hand\nA-1,5\nA-2,7\n")
    assert propose_mapping(open_for_mapping(path, database=sqlite_database)).draft.name == name


def test_a_file_is_mapped_previewed_saved_and_recognized(
    sqlite_database: Any, folder: Path, now: int, tmp_path: Path
) -> None:
    path = tmp_path / "bestand 2026-11-16.csv"
    path.write_text("Artikelnummer;Bezeichnung;Lagerort;Bestand\n"
                    + "".join(f"A-{n};Becher {n};OST;{n},5\n" for n in range(8)) + "A-9;Becher;OST;viel\n")  # fmt: skip
    file = open_for_mapping(path, database=sqlite_database)
    assert (file.description, file.header.line, file.count) == ("utf-8, semicolon", 1, 9)
    proposed = propose_mapping(file)
    assert (proposed.draft.name, proposed.draft.file["decimal"]) == ("Bestand", ",")
    seen = preview(file, proposed.draft, sqlite_database, now)
    assert (seen.fault, seen.read, seen.refused) == ("", 8, 1)
    assert seen.kinds[0].rows[1] == ("A-1", "OST", "Becher 1", "1.5")
    (refusal,) = seen.refusals
    assert (refusal.field, refusal.rows, refusal.line, refusal.found) == ("on_hand", 1, 10, "viel")
    mappings_changes.save_mapping(sqlite_database, as_content(proposed.draft), who="Ann", now=now)
    (done,) = imports.import_files(sqlite_database, [path], now=now, who="Ann").files
    assert (done.source, done.total("inserted"), done.total("rejected")) == ("mapping:Bestand", 8, 1)


def test_what_is_asked_can_be_answered_and_what_is_missing_is_told(
    sqlite_database: Any, now: int, tmp_path: Path
) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(
        "Ref,Ordered on,Value,State\n" + "".join(f"{n},0{n}/0{n % 4 + 1}/2026,{n}.50,odd\n" for n in range(1, 9))
    )
    file = open_for_mapping(path, database=sqlite_database)
    proposed = propose_mapping(file, ["orders"])
    draft = proposed.draft.without_use(0, "order_id")
    assert preview(file, draft, sqlite_database, now).fault == "Orders need order ID."
    use, asked = read_as(file, 0, "orders", "order_id", "Ref")
    assert asked == []
    draft = draft.with_use(use)
    use, questions = read_as(file, 0, "orders", "placed_at", "Ordered on")
    draft = draft.with_use(use)
    assert preview(file, draft, sqlite_database, now).fault == "Its amounts have no currency. Say which they are in."
    draft = answered(draft, Question("currency", ""), "eur")
    assert "can be read in two ways" in preview(file, draft, sqlite_database, now).fault
    draft = answered(draft, questions[0], "%d/%m/%Y")
    use, questions = read_as(file, 0, "orders", "status", "State")
    draft = draft.with_use(use)
    assert open_questions(file, draft) == questions
    draft = answered(draft, questions[0], "on_hold")
    assert open_questions(file, draft) == []
    seen = preview(file, draft, sqlite_database, now)
    assert (seen.fault, seen.read) == ("", 8)
    assert "Fri 2 Jan 2026, 00:00" not in seen.kinds[0].rows[0]
    assert any("2026, 00:00" in value for value in seen.kinds[0].rows[0])


def test_the_item_master_tells_which_column_holds_skus(
    sqlite_writing: Any, sqlite_database: Any, tmp_path: Path
) -> None:
    sqlite_writing(products=[{"sku": f"Q{n}"} for n in range(5)])
    path = tmp_path / "count.csv"
    path.write_text("What,Where,How many\n" + "".join(f"Q{n},EAST,{n}\n" for n in range(5)))
    file = open_for_mapping(path, database=sqlite_database)
    assert file.given.known == {"What": {"sku": 1.0}}


def test_every_field_of_every_kind_can_be_chosen() -> None:
    kinds = {kind.key: kind for kind in record_kinds()}
    assert kinds["orders"].fields[0].key == "order_id"
    status = next(field for field in kinds["orders"].fields if field.key == "status")
    assert (status.asks, dict(status.codes)["on_hold"]) == ("status", "On hold")


def test_a_sheet_an_encoding_a_delimiter_and_a_header_line_can_be_chosen(tmp_path: Path) -> None:
    assert open_for_mapping(DATA / "stock_levels.xls").sheets == ("Stock levels", "Notes")
    path = tmp_path / "x.txt"
    path.write_bytes("a^b\nSKU^Größe\nA^1\nB^2\n".encode("cp1252"))
    file = open_for_mapping(path)
    assert (file.delimiter, file.encoding, file.header.line) == ("^", "cp1252", 2)
    chosen = open_for_mapping(path, {"header_row": 1, "encoding": "latin-1"})
    assert (chosen.names, chosen.encoding) == (("a", "b"), "latin-1")


def test_places_of_fixed_columns_are_kept_also_where_they_were_found(
    sqlite_database: Any, now: int, tmp_path: Path
) -> None:
    path = tmp_path / "stock.txt"
    rows = "".join(f"A-{n:<8}  Reno      {n:>4}\n" for n in range(8))
    path.write_text("SKU         Location  Stock\n" + rows)
    proposed = propose_mapping(open_for_mapping(path, database=sqlite_database), ["stock_levels"])
    assert proposed.draft.file["column_starts"] == [1, 13, 23]
    mappings_changes.save_mapping(sqlite_database, as_content(proposed.draft), who="Ann", now=now)
    # One blank runs through a later file where none did: it is cut at the places of the first all the same.
    path.write_text("SKU         Location  Stock\n" + rows.replace("Reno ", "R no "))
    (done,) = imports.import_files(sqlite_database, [path], now=now, who="Ann").files
    assert (done.source, done.total("inserted"), done.message) == ("mapping:Stock", 8, "")
