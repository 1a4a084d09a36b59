"""What the editor asks services for; each function runs in a worker and returns plain values."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from opsconsole.desktop.mapping_editor.state import Choices, State
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.file_mapping import FieldUse, MappingDraft, Question, as_content, from_content
from opsconsole.domain.progress import Progress

Read = tuple[FieldUse, list[Question]]


def begin(
    workspace: Workspace,
    path: str,
    options: Mapping[str, Any],
    content: Mapping[str, Any] | None,
    replaces: Any,
    progress: Progress,
    *,
    or_propose: bool = False,
) -> State:
    """A mapping to be made for a file, or to be gone on with (``content``); without a path one that is only edited.

    ``or_propose``: where the file has not the columns that the content reads, one is proposed.
    """
    from opsconsole.services import mapping_editor

    own = {} if or_propose or not path else mapping_editor.own_options(content)
    state = State(path=path, options={**own, **options}, replaces=replaces)
    state.kinds = {kind.key: kind for kind in mapping_editor.record_kinds()}
    state.choices = read_choices(workspace)
    if path:
        state.file = mapping_editor.open_for_mapping(
            path, state.options, database=workspace.database, progress=progress
        )
    if content is not None:
        state.draft = from_content(content)
        if state.file is not None:
            state.draft = state.draft.with_file(**mapping_editor.file_facts(state.file))
            state.others = [record.kind for record in state.draft.records]
            if or_propose and not _fits(state):
                take(state, mapping_editor.propose_mapping(state.file))
            else:
                state.questions = mapping_editor.open_questions(state.file, state.draft)
    elif state.file is not None:
        take(state, mapping_editor.propose_mapping(state.file))
    state.settle_questions()
    return state


def _fits(state: State) -> bool:
    names = set(state.columns())
    return bool(state.draft.records) and all(use.column in names for use in state.draft.uses if use.column)


def take(state: State, proposed: Any) -> None:
    """Put a proposal into the state."""
    state.draft, state.questions = proposed.draft, list(proposed.questions)
    state.notes, state.others = list(proposed.notes), list(proposed.others)


def read_choices(workspace: Workspace) -> Choices:
    """What can be chosen for a whole file."""
    from opsconsole.services.business import business
    from opsconsole.services.import_currencies import proposals
    from opsconsole.services.names import channel_names, location_names, pairs

    now = workspace.now()
    with workspace.database.read() as connection:
        company = business(connection, now)
        return Choices(
            pairs(channel_names(connection)),
            pairs(location_names(connection)),
            company.time_zone,
            proposals(connection, "", now),
        )


def with_kind(state: State, kind: str) -> Callable[[Progress], Any]:
    """A proposal for what somebody says the rows are, too."""
    file = state.file

    def run(progress: Progress) -> Any:
        from opsconsole.services import mapping_editor

        assert file is not None
        return mapping_editor.propose_mapping(file, [kind])

    return run


def read_as(state: State, record: int, key: str, column: str) -> Callable[[Progress], Read]:
    """How a column is read as a field."""
    file, kind = state.file, state.draft.records[record].kind

    def run(progress: Progress) -> Read:
        from opsconsole.services import mapping_editor

        if file is None:
            return FieldUse(record, key, {"from": column}, "you chose it"), []
        return mapping_editor.read_as(file, record, kind, key, column)

    return run


def look(workspace: Workspace, state: State) -> Callable[[Progress], Any]:
    """What the draft makes of the file."""
    file, draft = state.file, state.draft

    def run(progress: Progress) -> Any:
        from opsconsole.services import mapping_preview

        assert file is not None
        return mapping_preview.preview(file, draft, workspace.database, workspace.now(), progress)

    return run


def save(draft: MappingDraft, replaces: Any) -> Callable[[Workspace, Progress], Any]:
    """Keep the mapping in the database."""
    content = as_content(replace(draft, name=draft.name.strip()))

    def run(workspace: Workspace, progress: Progress) -> Any:
        from opsconsole.services import mappings_changes

        return mappings_changes.save_mapping(
            workspace.database, content, who=workspace.user, now=workspace.now(), replaces=replaces
        )

    return run


def undo(change: Any) -> Callable[[Workspace, Progress], Any]:
    """Take a change of mappings back."""

    def run(workspace: Workspace, progress: Progress) -> frozenset[str]:
        from opsconsole.domain.errors import UserError
        from opsconsole.services import changes

        undone = changes.undo_change(workspace.database, change.id, who=workspace.user, now=workspace.now())
        if undone.conflicts:
            raise UserError(f"{undone.conflicts[0].subject} was changed since then.", "Look at it again.")
        return frozenset({"mappings"})

    return run
