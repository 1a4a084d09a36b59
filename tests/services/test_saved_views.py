from typing import Any

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.services import saved_views
from opsconsole.store import audit

VIEW = {"chip": "LATE_SHIPMENT", "selected": {"owner": "Shift A"}, "sort": [["time_left", False]]}


def names(database: Any, who: str) -> list[tuple[str, bool]]:
    return [(view.name, view.shared) for view in saved_views.list_views(database, "order_exceptions", who)]


def test_a_view_is_its_owners_until_it_is_shared(database: Any, now: int) -> None:
    kept = saved_views.save_view(database, "order_exceptions", " Late  ones ", VIEW, who="Shift A", now=now)
    assert kept.name == "Late ones"
    assert dict(kept.view) == VIEW
    assert names(database, "Shift B") == []
    shared = saved_views.share_view(database, kept, shared=True, who="Shift A", now=now + 1)
    assert names(database, "Shift B") == [("Late ones", True)]
    saved_views.share_view(database, shared, shared=False, who="Shift B", now=now + 2)
    assert names(database, "Shift A") == []
    assert names(database, "Shift B") == [("Late ones", False)]


def test_saving_under_the_same_name_replaces_the_view(database: Any, now: int) -> None:
    first = saved_views.save_view(database, "order_exceptions", "Mine", VIEW, who="Shift A", now=now)
    again = saved_views.save_view(database, "order_exceptions", "Mine", {"chip": ""}, who="Shift A", now=now + 1)
    assert (again.id, again.version, dict(again.view)) == (first.id, first.version + 1, {"chip": ""})
    saved_views.save_view(database, "orders", "Mine", {}, who="Shift A", now=now)
    assert names(database, "Shift A") == [("Mine", False)]


def test_a_view_that_somebody_changed_is_neither_renamed_nor_deleted(database: Any, now: int) -> None:
    seen = saved_views.save_view(database, "order_exceptions", "Team", VIEW, who="Shift A", now=now, shared=True)
    renamed = saved_views.rename_view(database, seen, "Whole team", who="Shift B", now=now + 1)
    with pytest.raises(UserError, match="Somebody changed"):
        saved_views.rename_view(database, seen, "Crew", who="Shift A", now=now + 2)
    with pytest.raises(UserError, match="Somebody changed"):
        saved_views.delete_view(database, seen, who="Shift A", now=now + 2)
    saved_views.delete_view(database, renamed, who="Shift A", now=now + 3)
    assert names(database, "Shift A") == []


def test_names_are_asked_for_once(database: Any, now: int) -> None:
    saved_views.save_view(database, "order_exceptions", "A", VIEW, who="Shift A", now=now)
    other = saved_views.save_view(database, "order_exceptions", "B", VIEW, who="Shift A", now=now)
    with pytest.raises(UserError, match="already"):
        saved_views.rename_view(database, other, "A", who="Shift A", now=now)
    with pytest.raises(UserError, match="no name"):
        saved_views.save_view(database, "order_exceptions", "  ", VIEW, who="Shift A", now=now)
    with pytest.raises(UserError, match="Nobody is named"):
        saved_views.save_view(database, "order_exceptions", "C", VIEW, who="", now=now)


def test_every_change_of_a_view_is_in_the_audit_trail(database: Any, now: int) -> None:
    kept = saved_views.save_view(database, "order_exceptions", "A", VIEW, who="Shift A", now=now)
    saved_views.delete_view(database, kept, who="Shift A", now=now + 1)
    with database.read() as connection:
        assert audit.verify(connection) == []
        actions = [row.action for row in connection.exec_driver_sql("SELECT action FROM audit ORDER BY number")]
    assert actions == ["save view", "delete view"]
