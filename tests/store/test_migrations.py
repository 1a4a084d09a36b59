"""The schema steps make what the program's schema says, whole or not at all."""

import shutil
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import insert, inspect, select, text

from opsconsole.domain.errors import UserError
from opsconsole.services import databases
from opsconsole.store import migrations, schema
from opsconsole.store.database import connect, open_database, schema_state
from opsconsole.store.migrations import steps


def test_the_steps_make_exactly_the_schema(database):
    with database.read() as conn:
        # Alembic takes an empty default for none on SQLite.
        options = {"compare_type": True, "compare_server_default": database.dialect == "postgresql"}
        context = MigrationContext.configure(conn, opts=options)
        differences = compare_metadata(context, schema.metadata)
        assert differences == []
        found = inspect(conn)
        for table in schema.metadata.tables.values():
            made = {index["name"] for index in found.get_indexes(table.name) if not index.get("duplicates_constraint")}
            assert made == {index.name for index in table.indexes}, table.name
            unique = {constraint["name"] for constraint in found.get_unique_constraints(table.name)}
            named = {c.name for c in table.constraints if c.__class__.__name__ == "UniqueConstraint"}
            assert unique == named, table.name


def test_partial_indexes_have_the_conditions_of_the_schema(sqlite_database):
    wanted = {
        index.name: str(index.dialect_options["sqlite"]["where"])
        for table in schema.metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    with sqlite_database.read() as conn:
        rows = conn.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"))
        assert {name: sql.split(" WHERE ")[1] for name, sql in rows} == wanted


def test_every_step_is_recorded_with_its_sentence(database):
    table = schema.schema_steps
    with database.read() as conn:
        rows = conn.execute(select(table.c.revision, table.c.sentence).order_by(table.c.revision)).all()
    assert [row[0] for row in rows] == migrations.known()
    assert all(row[1].endswith(".") for row in rows)


def test_a_step_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    folder = tmp_path / "steps"
    shutil.copytree(migrations.FOLDER / "versions", folder / "versions")
    newest = migrations.known()[-1]
    broken = f'revision = "9999"\ndown_revision = "{newest}"\nfrom alembic import op\n'
    broken += 'def upgrade():\n    op.execute("CREATE TABLE half (a INTEGER)")\n    raise RuntimeError\n'
    (folder / "versions" / "9999_broken.py").write_text(broken)
    database = connect(tmp_path / "new.db", create=True)
    monkeypatch.setattr(migrations, "FOLDER", folder)

    def upgrade():
        with database.write() as conn:
            steps.upgrade(conn)

    with pytest.raises(RuntimeError):
        upgrade()
    with database.read() as conn:
        assert inspect(conn).get_table_names() == []
    database.close()


def test_an_older_file_is_upgraded_after_a_backup(tmp_path):
    path = tmp_path / "old.db"
    database = connect(path, create=True)
    with database.write() as conn:
        steps.upgrade(conn, "0007")
        conn.execute(insert(schema.channels).values(key="kept", label="Kept"))
    assert schema_state(database) == "older"
    database.close()
    opened = databases.open_database(path)
    assert schema_state(opened) == "current"
    opened.close()
    (copy,) = (tmp_path / "backups").iterdir()
    assert copy.name.endswith("-migrate.db")
    kept = connect(copy)
    assert schema_state(kept) == "older"
    with kept.read() as conn:
        assert conn.execute(select(schema.channels.c.key)).scalars().all() == ["kept"]
    kept.close()


def test_an_older_file_is_backed_up_as_it_is(tmp_path):
    path = tmp_path / "old.db"
    database = connect(path, create=True)
    with database.write() as conn:
        steps.upgrade(conn, "0007")
    database.close()
    copy = connect(databases.backup_of(path, tmp_path / "copy.db"))
    assert schema_state(copy) == "older"
    copy.close()


def test_an_older_file_opened_for_reading_is_left_alone(tmp_path):
    path = tmp_path / "old.db"
    database = connect(path, create=True)
    with database.write() as conn:
        steps.upgrade(conn, "0007")
    database.close()
    with pytest.raises(UserError, match="older opsconsole"):
        databases.open_database(path, read_only=True)


def test_a_newer_database_names_the_version_to_install(database, database_url):
    with database.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        values = {"revision": "9999", "sentence": "S.", "app_version": "7.2.0", "applied_at": 0}
        conn.execute(insert(schema.schema_steps).values(values))
    with pytest.raises(UserError, match=r"newer opsconsole .*Install opsconsole 7\.2\.0"):
        open_database(database_url)


def test_a_database_of_another_program_is_refused(tmp_path):
    path = tmp_path / "other.db"
    database = connect(path, create=True)
    with database.write() as conn:
        conn.execute(text("CREATE TABLE notes (a INTEGER)"))
    database.close()
    with pytest.raises(UserError, match="another program"):
        open_database(path, create=True)


def test_migrating_a_database_that_is_up_to_date_does_nothing(sqlite_url):
    assert "up to date" in databases.migrate(sqlite_url)


def test_the_views_show_amounts_dates_and_lateness(writing):
    order = {"channel": "shop", "order_id": "1", "currency": "USD", "total": 1234, "placed_at": 86_400_000_000}
    order |= {"ship_by": 90_000_000_000, "stated_shipped_at": 90_000_000_001}
    yen = {**order, "order_id": "2", "currency": "JPY", "stated_shipped_at": 90_000_000_000}
    line = {"channel": "shop", "order_id": "1", "sku": "A", "quantity": 2.0, "unit_price": 617}
    writing(orders=[order, yen], order_lines=[line], stock_levels=[{"sku": "A", "location": "L", "on_hand": 3.0}])
    with writing.database.read() as conn:
        rows = conn.execute(text("SELECT total, placed_on, shipped_late FROM bi_orders ORDER BY order_id")).all()
        assert [(float(row[0]), str(row[1]), row[2]) for row in rows] == [
            (12.34, "1970-01-02", 1),
            (1234.0, "1970-01-02", 0),
        ]
        assert float(conn.execute(text("SELECT unit_price FROM bi_order_lines")).scalar()) == 6.17
        assert conn.execute(text("SELECT available, listed FROM bi_stock")).one() == (3.0, 1)
        assert conn.execute(text("SELECT count(*) FROM bi_exceptions")).scalar() == 0


def test_refunds_that_two_reports_told_under_older_names_are_one(writing):
    """Of one statement: an exact report, one that knows days only, one that told all refunds of an article as one."""
    order = {"channel": "shop", "order_id": "1"}
    day, morning, night = 1_794_182_400_000_000, 1_794_207_600_000_000, 1_794_267_000_000_000  # 9 November 2026

    def told(name, amount, at):
        return {"order_id": "1", "refund_id": name, "amount": amount, "refunded_at": at}

    exact = [told("18/A/20261109T070000Z", 700, morning), told("18/A/20261109T233000Z", 200, night)]
    writing(source="amazon_settlement_v2", channel="shop", orders=[order], refunds=exact)
    writing(source="amazon_settlement_v1", channel="shop", refunds=[told("18/A/20261109T000000Z", 900, day)])
    writing(source="amazon_settlement_v1", channel="shop", refunds=[told("18/A", 900, night), told("18/B", 300, night)])
    writing(source="amazon_settlement_v1", channel="shop", refunds=[told("18/C/20261109T000000Z", 50, day)])
    writing(source="shopify_orders", channel="shop", refunds=[told("18/D", 10, night)])
    path = Path(migrations.FOLDER) / "versions" / "0027_refund_identity.py"
    names: dict = {"__name__": "step"}
    exec(compile(path.read_text(), str(path), "exec"), names)
    expected = {"18/A/20261109": 900, "18/B/20261109": 300, "18/C/20261109": 50, "18/D": 10}
    for _ in range(2):
        with writing.database.write() as conn:
            names["settle"](conn)
        assert {row["refund_id"]: row["amount"] for row in writing.rows("refunds")} == expected
        assert len(writing.rows("refunds")) == 4


def test_every_column_of_a_view_has_a_meaning():
    path = Path(migrations.FOLDER) / "versions" / "0008_bi_views.py"
    names: dict = {}
    exec(compile(path.read_text(), str(path), "exec"), names)
    for view, (meaning, _, columns) in names["VIEWS"].items():
        assert meaning.endswith("."), view
        assert all(words.endswith(".") for _, _, words in columns), view
