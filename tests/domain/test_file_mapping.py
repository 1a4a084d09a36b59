"""Drafts of mappings: nothing of a mapping is lost in them."""

import tomllib
from pathlib import Path

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.file_mapping import as_content, from_content

MAPPINGS = sorted((Path(__file__).parents[1] / "data" / "mappings").glob("*.toml"))


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: path.stem)
def test_a_mapping_comes_out_of_a_draft_as_it_went_in(path: Path) -> None:
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    again = from_content(as_content(from_content(content)))
    assert again == from_content(content)
    assert len(again.uses) == sum(len(record["fields"]) for record in content["records"])


def test_what_is_no_mapping_is_told() -> None:
    with pytest.raises(UserError, match="no list of tables"):
        from_content({"records": {"kind": "orders"}})
    with pytest.raises(UserError, match="neither a column nor a table"):
        from_content({"records": [{"kind": "orders", "fields": {"total": 7}}]})
