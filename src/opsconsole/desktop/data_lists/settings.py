"""Settings of the business: values that hold for everybody, changed from now on."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opsconsole.desktop.data_lists.data_list import DataList, list_content
from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.carrying_out import carry_out
from opsconsole.desktop.dialogs.prompt import Entry, Prompt, PromptField, ask
from opsconsole.desktop.panel import PanelContent, Section
from opsconsole.desktop.sections import history, pairs, sentences
from opsconsole.desktop.tab_content import Request, Selector, TabAction, TabContent
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.change import Change
from opsconsole.domain.progress import Progress

if TYPE_CHECKING:
    from opsconsole.services.settings_text import SettingPage

TOUCHED = frozenset({"settings", "rules", "order_exceptions", "stock_levels", "kpis", "vendors"})
_YES_NO = (("yes", "Yes"), ("no", "No"))


class SettingsList(DataList):
    """Every setting in force."""

    key = "settings"
    acts_on_page = True
    search_hint = "Setting"
    noun = ("setting", "settings")
    subjects = frozenset({"settings", "rules"})
    selectors = (Selector("group", "Group", field="group"),)

    def __init__(self, desk: Desk) -> None:
        self._page: SettingPage | None = None
        super().__init__(desk)

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """Every setting in force."""
        from opsconsole.services import settings

        return list_content(workspace, request, settings.list_settings(workspace.database, request.now), "setting")

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> "SettingPage":
        """The setting with what it was before."""
        from opsconsole.services import settings_text

        return settings_text.setting_page(workspace.database, identity, now)

    def build_panel(self, identity: Any, detail: "SettingPage") -> PanelContent:
        """What it is, what it does and what it was."""
        self._page = detail
        setting, formats = detail.setting, self.desk.formats(self.request.now)
        value = detail.text or "none"
        if detail.several_lines:
            parts = [Section("Value", sentences(value))]
        else:
            rows = [("Value", f"{value} {setting.unit}".strip()), ("Default", detail.default or "none")]
            if setting.kind == "number":
                rows.append(("Between", f"{setting.low:g} and {setting.high:g} {setting.unit}".strip()))
            parts = [Section("Value", pairs(rows))]
        if setting.help:
            parts.append(Section("What it does", sentences(setting.help)))
        told = [(formats.instant(at), who, words) for at, who, words in detail.changes]
        if told:
            parts.append(Section("Changes", history(told)))
        return PanelContent(setting.label, subtitle=setting.group, sections=tuple(parts))

    def row_actions(self) -> tuple[TabAction, ...]:
        """Change, or go back to what ships with the program."""
        return (
            TabAction("change", "Change", lambda ids: self._change(), "E", primary=True),
            TabAction("default", "Back to the default", lambda ids: self._reset(), "D"),
        )

    def _change(self) -> None:
        page = self._page
        if page is None or page.setting.key != self.list.current_id():
            return
        setting = page.setting
        entry = Entry.TEXT if page.several_lines else Entry.CHOICE if setting.kind == "flag" else Entry.LINE
        choices = _YES_NO if setting.kind == "flag" else ()
        unit = f", in {setting.unit}" if setting.unit else ""
        field = PromptField(
            "value", f"{setting.help or setting.label}{unit} Empty: the default.", entry, choices, required=False,
            value=page.text,
        )  # fmt: skip

        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            self._write(answers["value"], prompt)

        ask(self.panel, setting.label, (field,), "Change", accepted, draft=f"setting:{setting.key}")

    def _reset(self) -> None:
        if self._page is not None and self._page.setting.key == self.list.current_id():
            self._write("", None)

    def _write(self, text: str, prompt: Prompt | None) -> None:
        page = self._page
        if page is None:
            return
        key, before = page.setting.key, page.text

        def undo(workspace: Workspace, progress: Progress) -> frozenset[str]:
            _set(workspace, key, before)
            return TOUCHED

        def said(change: Change) -> None:
            self.say_done(f"{change.words}.", undo)
            self.desk.touched(TOUCHED)

        carry_out(self, lambda workspace, progress: _set(workspace, key, text), prompt, said)


def _set(workspace: Workspace, key: str, text: str) -> Change:
    from opsconsole.services import settings, settings_text

    value = settings_text.value_of(settings_text.setting_named(key), text)
    return settings.change_setting(workspace.database, key, value, who=workspace.user, now=workspace.now())


TAB = SettingsList
