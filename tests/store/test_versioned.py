"""Nobody's change is lost: versions, values merged one by one, and requests that happen once."""

import pytest
from sqlalchemy import insert, select, update

from opsconsole.domain.errors import UserError
from opsconsole.store import schema
from opsconsole.store.versioned import Conflict, merge_versioned, once, update_versioned

products = schema.products


@pytest.fixture
def product(database):
    with database.write() as conn:
        values = {"sku": "A", "title": "Lamp", "category": "Light", "source_time": 0, "batch_id": 0}
        return conn.execute(insert(products).values(values)).inserted_primary_key[0]


def stored(database, *names):
    with database.read() as conn:
        return conn.execute(select(*[products.c[name] for name in names])).one()


def test_a_change_of_an_older_version_does_nothing(database, product):
    with database.write() as conn:
        assert update_versioned(conn, products, product, 1, {"title": "Lamp 2"})
        assert not update_versioned(conn, products, product, 1, {"title": "Lamp 3"})
        assert not update_versioned(conn, products, product + 1, 1, {"title": "Lamp 3"})
    assert stored(database, "title", "version") == ("Lamp 2", 2)


def test_changes_of_different_values_both_stay(database, product):
    before = {"title": "Lamp", "category": "Light"}
    with database.write() as conn:
        conn.execute(update(products).values(category="Home", version=2))
        assert merge_versioned(conn, products, product, before, {"title": "Lamp 2", "category": "Light"}) == [
            Conflict("category", "Light", "Home", "Light")
        ]
        assert merge_versioned(conn, products, product, {"category": "Light"}, {"category": "Home"}) == []
    assert stored(database, "title", "category", "version") == ("Lamp 2", "Home", 3)


def test_a_conflict_names_the_three_values(database, product):
    with database.write() as conn:
        conn.execute(update(products).values(title="Theirs", version=2))
        conflicts = merge_versioned(conn, products, product, {"title": "Lamp"}, {"title": "Mine"})
    assert conflicts == [Conflict("title", "Lamp", "Theirs", "Mine")]
    assert stored(database, "title") == ("Theirs",)


def test_a_row_that_is_gone_is_said(database, product):
    with pytest.raises(UserError, match="no longer there"), database.write() as conn:
        merge_versioned(conn, products, product + 1, {"title": "Lamp"}, {"title": "Mine"})


def test_a_request_sent_twice_happens_once(database):
    done = []

    def act():
        done.append(1)
        return {"ids": [1, 2]}

    for _ in range(2):
        with database.write() as conn:
            assert once(conn, "import-7", 0, act) == {"ids": [1, 2]}
    assert done == [1]
