"""What a question was answered with, carried out off the window's thread; the question closes when it stands."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from opsconsole.desktop.dialogs.prompt import Prompt
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.change import Change
from opsconsole.domain.errors import UserError
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.desktop.tab import Tab


def carry_out(
    tab: "Tab",
    write: Callable[[Workspace, Progress], Change],
    prompt: Prompt | None,
    said: Callable[[Change], None],
) -> None:
    """Write in a worker, then close the question and say what was done.

    A refusal leaves the question open with what was typed; only the program's own faults are told beside it.
    """
    workspace = tab.desk.workspace
    if workspace is None:
        return

    def failed(error: BaseException) -> None:
        if prompt is not None and isinstance(error, UserError):
            prompt.refuse("", str(error))
        else:
            tab.report(error)

    def done(change: Change) -> None:
        if prompt is not None:
            prompt.finish()
        said(change)

    tab.run(lambda progress: write(workspace, progress), done, kind="write", failed=failed)
