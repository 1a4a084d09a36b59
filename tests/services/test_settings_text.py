"""Settings as a form shows them: text there and back, and what was there before."""

import pytest

from opsconsole.domain.errors import UserError
from opsconsole.domain.instants import HOUR
from opsconsole.services.settings import SETTINGS, change_setting
from opsconsole.services.settings_text import setting_named, setting_page, text_of, value_of


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=lambda setting: setting.key)
def test_the_text_of_every_default_reads_as_the_default(setting):
    assert value_of(setting, text_of(setting, setting.default)) in (setting.default, f"{setting.default}")


def test_pairs_are_written_one_a_line_and_a_line_that_is_none_is_named():
    links = setting_named("tracking_links")
    text = "harbor = https://example.com/{tracking}\nnorth = https://example.org/?q={tracking}"
    told = {"harbor": "https://example.com/{tracking}", "north": "https://example.org/?q={tracking}"}
    assert value_of(links, text) == told
    assert text_of(links, told) == text
    with pytest.raises(UserError, match="line 2: “nonsense” is no pair"):
        value_of(links, "harbor = x\nnonsense")


def test_a_page_tells_the_value_the_default_and_who_changed_it_when(database, now):
    change_setting(database, "detection_horizon_days", "60", who="Ann", now=now - HOUR)
    change_setting(database, "detection_horizon_days", "45", who="Ben", now=now)
    page = setting_page(database, "detection_horizon_days", now)
    assert (page.text, page.default) == ("45", "90")
    assert page.changes == ((now, "Ben", "45"), (now - HOUR, "Ann", "60"))
    earlier = setting_page(database, "detection_horizon_days", now - 1)
    assert (earlier.text, earlier.changes) == ("60", ((now - HOUR, "Ann", "60"),))
