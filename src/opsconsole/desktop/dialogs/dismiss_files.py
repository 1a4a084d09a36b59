"""Dismissing files that were not imported: nothing is to be done about them any more; it can be taken back."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.progress import Progress
from opsconsole.domain.wording import plural

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab


def dismiss_files(tab: "Tab", identities: Sequence[int]) -> None:
    """Dismiss files by their (negative) identities in the list of imports."""
    ids = [-identity for identity in identities if identity < 0]
    before: dict[int, str] = {}

    def write(workspace: Workspace, progress: Progress) -> Any:
        from opsconsole.services import import_runs

        before.update(import_runs.dismiss_unread(workspace.database, ids, who=workspace.user, now=workspace.now()))

    def back(workspace: Workspace, progress: Progress) -> Any:
        from opsconsole.services import import_runs

        import_runs.restore_unread(workspace.database, before, who=workspace.user, now=workspace.now())

    tab.change(write, done=f"{plural(len(ids), 'file')} dismissed.", touches={"imports"}, undo=back)
