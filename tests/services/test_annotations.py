from typing import Any

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.services.annotations import Annotation, add_annotation, list_annotations, remove_annotation


def test_a_mark_can_be_put_on_the_charts_and_taken_away(database: Any, now: int):
    change = add_annotation(database, Annotation(20_600, " Harbor starts ", "vendor", True), who="Ana", now=now)
    assert change.words == "Annotated: Harbor starts"
    listing = list_annotations(database, now)
    assert (listing.row(0)["label"], listing.row(0)["rebases"]) == ("Harbor starts", True)
    remove_annotation(database, listing.ids[0], who="Ana", now=now)
    assert len(list_annotations(database, now)) == 0


@pytest.mark.parametrize(
    "annotation",
    [Annotation(1, "  "), Annotation(1, "Sale", "feast"), Annotation(2, "Sale", until_day=1)],
    ids=["no words", "unknown kind", "ends before it begins"],
)
def test_what_is_no_annotation_is_refused(sqlite_database: Any, now: int, annotation: Annotation):
    with pytest.raises(UserError):
        add_annotation(sqlite_database, annotation, who="Ana", now=now)


def test_an_annotation_that_is_gone_cannot_be_removed(sqlite_database: Any, now: int):
    with pytest.raises(UserError, match="gone already"):
        remove_annotation(sqlite_database, 99, who="Ana", now=now)
