"""A list over the sample's rows."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from pytestqt.qtbot import QtBot

from opsconsole.desktop.settings import Settings
from opsconsole.desktop.table.arrangement import SortBy
from opsconsole.desktop.table.arranger import Arranger
from opsconsole.desktop.table.formats import Formats
from opsconsole.desktop.table.view import ListView
from opsconsole.desktop.tasks import Tasks

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def formats(sample: ModuleType) -> Formats:
    return Formats(zone="America/New_York", as_of=sample.NOW)


@pytest.fixture
def view(qtbot: QtBot, tasks: Tasks, settings: Settings, sample: ModuleType, formats: Formats) -> ListView:
    made = ListView("orders", tasks, settings)
    qtbot.addWidget(made)
    made.resize(966, 560)
    made.set_listing(Arranger(sample.listing()), formats, sort=(SortBy("time_left"),))
    with qtbot.waitExposed(made):
        made.show()
    return made
