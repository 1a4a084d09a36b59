"""What a tab declares and what its loader returns: plain values, free of widgets, so that loaders run in workers."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from opsconsole.desktop.chips import Chip
from opsconsole.desktop.table.arrangement import SortBy
from opsconsole.domain.listing import Listing

if TYPE_CHECKING:
    from opsconsole.desktop.workspace import Workspace
    from opsconsole.services.splicing import Reread


class Request(NamedTuple):
    """What the user asks a tab for: the moment, and the chosen value of every ``Selector`` that reloads."""

    now: int
    options: Mapping[str, str] = {}


class Freshness(NamedTuple):
    """How old the data is, in words; ``tone`` is empty, warn or bad."""

    words: str
    tone: str = ""


def read_freshness(database: Any, now: int) -> Freshness:
    """How fresh the feeds are; runs in a worker."""
    from opsconsole.services import freshness

    told = freshness.summary(database, now)
    return Freshness(told.words, told.tone)


class TabContent(NamedTuple):
    """What a loader returns.

    ``status`` are marked words for the status bar (``**214** open``); the frame adds how many rows are selected to the
    first. ``badge`` is the count beside the tab's name. ``group_labels`` name the columns inside group rows, by the
    group's raw value and field key. ``choices`` are the values of selectors that only the data knows (periods, say).
    ``noun`` is what the rows are called, where a tab has several lists. ``empty`` says why there are no rows, and what
    to do. ``data`` is for the tab's own widgets. ``freshness`` ``None`` leaves the last one. ``views`` are the stored
    views that this user sees (the frame reads them). ``reread(workspace, content, ids)`` reads only rows that were
    changed, in a worker: the content with them, and which rows they are (``services.splicing.Reread``), or None where
    it takes the whole. ``news(workspace)`` tells, in a worker too, which rows anybody has changed since.
    """

    listing: Listing | None = None
    chips: tuple[Chip, ...] = ()
    badge: int | None = None
    status: tuple[str, ...] = ()
    freshness: Freshness | None = None
    group_labels: Mapping[Any, Mapping[str, str]] = {}
    choices: Mapping[str, Sequence[tuple[str, str]]] = {}
    noun: str = ""
    empty: str = ""
    data: Any = None
    views: Sequence[Any] | None = None
    reread: "Callable[[Workspace, TabContent, Collection[Any]], tuple[TabContent, Reread] | None] | None" = None
    news: "Callable[[Workspace], Collection[Any]] | None" = None


class TouchedRows(NamedTuple):
    """What a write may return: it touched these rows of a subject and nothing else."""

    subject: str
    ids: Collection[Any]


class Selector(NamedTuple):
    """A drop-down in the toolbar: ``Owner: any``.

    With ``field`` it keeps the rows of one value of that field (choices come from the listing). Without, its chosen
    value is passed to the loader in ``Request.options`` and choosing reloads; ``choices`` are (value, words), the first
    is the default, and a loader may give others in ``TabContent.choices``. ``group_by`` makes it group the list.
    ``keeps`` gives some of the ``choices`` the raw values of ``field`` that they keep. ``in_menu`` makes it a switch
    between its two choices in the menu of views instead of the toolbar.
    """

    key: str
    label: str = ""
    any_words: str = "any"
    field: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    group_by: bool = False
    keeps: Mapping[str, frozenset[Any]] = {}
    in_menu: bool = False


ME = "@me"


class SavedView(NamedTuple):
    """A named state of a tab: chip, selectors, search and sort, and further values to keep by field.

    ``ME`` among the values of ``equals`` stands for whoever looks.
    """

    name: str
    chip: str = ""
    selected: Mapping[str, str] = {}
    search: str = ""
    sort: tuple[SortBy, ...] = ()
    equals: Mapping[str, tuple[Any, ...]] = {}


class TabAction(NamedTuple):
    """Something to do with the current or selected rows, shown as a button at the foot of the panel.

    ``run`` gets the identities of the selected rows (the current one when nothing is marked). ``shortcut`` is one
    letter, which acts only while list or panel has the focus, or a chord. The first primary action of a tab is its
    primary button. ``in_menu`` puts it behind the three dots. ``enabled`` decides by identities; disabled buttons say
    why in ``why_not``.
    """

    key: str
    label: str
    run: Callable[[list[Any]], None]
    shortcut: str = ""
    primary: bool = False
    in_menu: bool = False
    icon: str = ""
    enabled: Callable[[list[Any]], bool] | None = None
    why_not: str = ""


class TabCommand(NamedTuple):
    """Something a tab does without rows; ``keys`` act while list or panel has the focus, ``words`` stand in lists.

    ``shown`` are the keys as a list of shortcuts names them, where that is shorter (``1 … 9``).
    """

    words: str
    run: Callable[[], None]
    keys: tuple[str, ...] = ()
    shown: str = ""
