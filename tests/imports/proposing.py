"""What is proposed for a file, and parts of a proposal."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from opsconsole.domain.file_mapping import as_content
from opsconsole.imports.collect import collect
from opsconsole.imports.columns import normalized, unique_names
from opsconsole.imports.files import open_table
from opsconsole.imports.mapping import parse_mapping
from opsconsole.imports.proposals.header import find_header
from opsconsole.imports.proposals.profile import profile
from opsconsole.imports.proposals.propose import Given, Proposed, propose
from opsconsole.imports.tables import FileOptions, head, input_file

Write = Callable[..., Path]


def proposed_for(path: Path, kinds: Sequence[str] = (), known: Any = None) -> Proposed:
    table = open_table(input_file(path), FileOptions())
    header = find_header(head(table))
    names = tuple(unique_names(header.row))
    texts = collect(table, names, [normalized(name) for name in names], header.line, lambda count: None)
    columns = [profile(name, texts.columns[normalized(name)]) for name in names if name]
    made = propose(Given(texts, names, columns, header, path.name, known or {}), kinds)
    if made.draft.records:
        parse_mapping(as_content(made.draft), path.name)  # whatever is proposed is a mapping
    return made


def fields_of(made: Proposed, record: int = 0) -> dict[str, str]:
    return {use.column: use.field for use in made.draft.uses if use.record == record and use.column}


def how(made: Proposed, key: str, record: int = 0) -> dict[str, Any]:
    use = made.draft.use(record, key)
    assert use is not None, key
    return dict(use.how)
