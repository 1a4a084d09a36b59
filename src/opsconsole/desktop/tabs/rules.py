"""Rules: every exception rule with its values, what it found and how it ran; tried on history before it is changed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from opsconsole.desktop.desk import Desk
from opsconsole.desktop.dialogs.prompt import Entry, Prompt, PromptField, ask
from opsconsole.desktop.dialogs.rows import RowsDialog
from opsconsole.desktop.pages.rule_page import Draft, RuleCalls, number_of, rule_panel
from opsconsole.desktop.panel import PanelContent
from opsconsole.desktop.tab import Tab
from opsconsole.desktop.tab_content import Request, SavedView, Selector, TabAction, TabContent, read_freshness
from opsconsole.desktop.table.arrangement import SortBy
from opsconsole.desktop.workspace import Workspace
from opsconsole.domain.errors import UserError
from opsconsole.domain.field import Field
from opsconsole.domain.progress import Progress
from opsconsole.domain.rule_page import OUTCOMES, RuleOverride, RulePage, Trial
from opsconsole.domain.wording import plural

_OUTCOMES = dict(OUTCOMES) | {"escalated": "Not raised, yet escalated later", "total": "Raised"}
_WHY = PromptField("reason", "Reason, for whoever asks later", Entry.LINE, needed="Say why.")


# What stands in the list at first, with its width; the rest is in the panel and the column chooser.
_SHOWN = {
    "label": 160, "severity": 64, "resolve_within": 76, "parameters": 0, "open": 56, "value_at_risk": 96, "state": 92,
    "last_run_at": 134, "milliseconds": 76,
}  # fmt: skip
_NAMED = {"resolve_within": "Clock"}


def _arranged(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """The listing's fields, those shown at first leading."""
    known = {field.key: field for field in fields}
    first = tuple(
        replace(known[key], width=width, hidden=False, label=_NAMED.get(key, known[key].label), stretch=not width)
        for key, width in _SHOWN.items()
        if key in known
    )
    return (*first, *(replace(field, hidden=True, stretch=False) for field in fields if field.key not in _SHOWN))


class RulesTab(Tab):
    """The rules; a change needs a reason, is dated, and can be tried before."""

    key = "rules"
    acts_on_page = True
    search_hint = "Rule, code, threshold"
    noun = ("rule", "rules")
    subjects = frozenset({"rules"})
    selectors = (Selector("state", "State", field="state"), Selector("severity", "Severity", field="severity"))
    views = (
        SavedView("All rules"),
        SavedView("Found most", sort=(SortBy("open", descending=True),)),
        SavedView("No data", equals={"state": ("no_data",)}),
        SavedView("Slowest", sort=(SortBy("milliseconds", descending=True),)),
    )

    def __init__(self, desk: Desk) -> None:
        self._page: RulePage | None = None
        self._drafts: dict[str, Draft] = {}
        self._trial: Trial | None = None
        super().__init__(desk)

    @staticmethod
    def load(workspace: Workspace, request: Request, progress: Progress) -> TabContent:
        """All rules, and the places that values can be set for."""
        from opsconsole.services import exception_rules, names

        listing = exception_rules.list_rules(workspace.database, request.now)
        states = list(listing.columns["state"])
        words = (f"**{states.count('ran')}** of {len(listing)} run", f"**{states.count('no_data')}** without data")
        listing = replace(listing, fields=_arranged(listing.fields))
        places = names.places(workspace.database)
        fresh = read_freshness(workspace.database, request.now)
        return TabContent(listing, status=words, freshness=fresh, data=places)

    @staticmethod
    def load_detail(workspace: Workspace, identity: Any, now: int, progress: Progress) -> RulePage:
        """One rule with all its values."""
        from opsconsole.services import exception_rules

        return exception_rules.rule_page(workspace.database, now, identity)

    def build_panel(self, identity: Any, detail: RulePage) -> PanelContent:
        """Panel of one rule; what was typed into it is still there."""
        self._page = detail
        draft = self._drafts.setdefault(self._page.code, Draft({}, {}))
        formats = self.desk.formats(self.request.now, self._page.time_zone)
        calls = RuleCalls(self._attempt, self._end, self._show_rows)
        return rule_panel(self._page, formats, draft, self.content.data or {}, self._trial, calls)

    def row_actions(self) -> tuple[TabAction, ...]:
        """Save what is typed, try it, switch the rule off or on."""
        return (
            TabAction("save", "Save", lambda ids: self.save(), "S", primary=True),
            TabAction("try", "Try on history", lambda ids: self._attempt(""), "T"),
            TabAction("switch", "Switch off or on", lambda ids: self.switch(), "O"),
            TabAction("list", "Its exceptions", lambda ids: self._list(ids[0]), "E", in_menu=True),
            TabAction("forget", "Forget what is typed", lambda ids: self._forget(), in_menu=True),
        )

    def save(self) -> None:
        """Ask why, then write the values that differ from those in force."""
        page = self._page
        if page is None:
            return
        try:
            changed = self._changed(page)
        except UserError as error:
            self.bar.show_message("warn", str(error))
            return
        if not changed:
            self.bar.show_message("warn", "Nothing is typed that differs from what is in force.")
            return
        place = dict(self._drafts[page.code].place)
        where = ", ".join(value for value in place.values() if value)
        title = f"Save {plural(len(changed), 'value')} of {page.label}" + (f" for {where}" if where else "")
        self._ask(title, "Save", page.code, lambda reason: _set(page.code, changed, place, reason))

    def switch(self) -> None:
        """Ask why, then switch the rule off, or on again, at the place chosen."""
        page = self._page
        if page is None:
            return
        on = page.state == "off"
        place = dict(self._drafts[page.code].place)
        verb = "Switch on" if on else "Switch off"
        self._ask(f"{verb}: {page.label}", verb, page.code, lambda reason: _set(page.code, {"on": on}, place, reason))

    def _end(self, key: str, override: RuleOverride) -> None:
        page = self._page
        if page is None:
            return
        place = {"channel": override.channel, "service": override.service, "location": override.location}
        self._ask("End the value set here", "End it", page.code, lambda why: _set(page.code, {key: None}, place, why))

    def _changed(self, page: RulePage) -> dict[str, Any]:
        """Typed values that differ from those in force; UserError for what is no value."""
        draft = self._drafts.get(page.code, Draft({}, {}))
        somewhere = any(draft.place.values())
        found: dict[str, Any] = {}
        for value in page.values:
            text = draft.texts.get(value.key)
            if text is None:
                continue
            number = text if value.kind == "severity" else number_of(text, value)
            if number is None:
                hint = f"Write a number from {value.low:g} to {value.high:g}."
                raise UserError(f"{value.label}: “{text}” is not possible.", hint)
            if number != value.value or somewhere:
                found[value.key] = number
        return found

    def _attempt(self, key: str) -> None:
        """Try a typed value on history: that of a key, else the first that differs."""
        page, workspace = self._page, self.desk.workspace
        if page is None or workspace is None:
            return
        try:
            changed = self._changed(page)
        except UserError as error:
            self.bar.show_message("warn", str(error))
            return
        numbers = [value.key for value in page.values if value.kind == "number" and value.key != "resolve_hours"]
        wanted = key if key in changed else next((name for name in changed if name in numbers), "")
        if not wanted:
            self.bar.show_message("warn", "Type another value first, then see what it would have done.")
            return
        place, code = dict(self._drafts[page.code].place), page.code

        def attempt(progress: Progress) -> Trial:
            from opsconsole.services import exception_rules, exception_rules_trial

            where = exception_rules.Place(**place)
            return exception_rules_trial.try_value(
                workspace.database, workspace.now(), code, wanted, changed[wanted], place=where, progress=progress
            )

        self.run(attempt, self._show_trial, kind="try", text="Trying it on history")

    def _show_trial(self, trial: Trial) -> None:
        self._trial = trial
        if self._page is not None and self._page.code == trial.rule:
            self._show_detail(trial.rule, self._page)

    def _show_rows(self, outcome: str) -> None:
        if self._trial is not None:
            title = f"{_OUTCOMES.get(outcome, outcome)}: {self._trial.words.replace('**', '')}"
            RowsDialog(self, title, self._trial.part(outcome)).open()

    def _list(self, code: str) -> None:
        self.desk.show("order_exceptions", None, {"chip": code})

    def _forget(self) -> None:
        if self._page is not None:
            self._drafts.pop(self._page.code, None)
            self._show_detail(self._page.code, self._page)

    def _ask(self, title: str, accept: str, code: str, make: Callable[[str], Callable[..., str]]) -> None:
        """Ask for the reason, write in a worker, run the rules with the new values."""

        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            workspace = self.desk.workspace
            if workspace is None:
                return

            def failed(error: BaseException) -> None:
                if isinstance(error, UserError):
                    prompt.refuse("reason", str(error))
                else:
                    self.report(error)

            def done(words: str) -> None:
                prompt.finish()
                self._drafts.pop(code, None)
                self._trial = None
                self.say_done(f"{words}.")
                self.desk.touched({"rules", "order_exceptions"})

            write = make(answers["reason"])
            self.run(lambda progress: write(workspace, progress), done, kind="write", failed=failed)

        self.set_panel_open(True)
        ask(self.panel, title, (_WHY,), accept, accepted, draft=f"rule:{code}")


def _set(code: str, values: Mapping[str, Any], place: Mapping[str, str], reason: str) -> Callable[..., str]:
    """Writes values and lets the rules run once with them; returns what was done, in words."""

    def write(workspace: Workspace, progress: Progress) -> str:
        from opsconsole.services import detection, exception_rules

        where, now = exception_rules.Place(**place), workspace.now()
        done = [
            exception_rules.set_value(
                workspace.database, code, key, value, reason=reason, who=workspace.user, now=now, place=where
            )
            for key, value in values.items()
        ]
        if workspace.live:
            detection.detect(workspace.database, workspace.now(), who=workspace.user, progress=progress)
        return "; ".join(change.words for change in done)

    return write


TAB = RulesTab
