"""What is asked of files before they are imported, and what was said: source, shop, currency, dates."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opsconsole.desktop.dialogs.prompt import Entry, Prompt, PromptField, ask
from opsconsole.domain.import_answers import Answers

if TYPE_CHECKING:
    from opsconsole.desktop.import_preview import ImportPreview
    from opsconsole.services.import_preview import FilePreview

_KEPT = ("channel", "currency", "source", "mapping", "leave_out")
Readings = tuple[tuple[str, str], ...]


class ImportAnswers:
    """Answers about the files of a preview, by file key; each is looked at again with them."""

    def __init__(self, preview: "ImportPreview") -> None:
        self._preview = preview
        self.said: dict[str, Answers] = {}
        # Dates that were asked, by file key: column, a date of it, its readings. What was said can be said otherwise.
        self._asked: dict[str, tuple[str, str, Readings]] = {}

    def begin(self, said: Mapping[str, Answers]) -> None:
        """Other files."""
        self.said, self._asked = dict(said), {}

    def answer(self, key: str, **said: Any) -> None:
        """Take an answer about a file and look at it again."""
        self._keep(key, **said)
        self._preview.again.look([key])

    def _keep(self, key: str, **said: Any) -> None:
        before = self.said.get(key) or Answers()
        formats = {**before.formats, **said.pop("formats", {})}
        kept = {name: getattr(before, name) for name in _KEPT}
        self.said[key] = Answers(**{**kept, **said}, formats=formats)

    # --- dates --------------------------------------------------------------------------------------------------------

    def doubt(self, file: "FilePreview") -> tuple[str, str, Readings] | None:
        """Column, date and readings of a file whose dates were asked, now or another time; None where none were."""
        report = file.report
        if report.ask_formats:
            return next(iter(report.ask_formats)), report.ask_example, report.ask_readings
        if report.doubts:
            first = report.doubts[0]
            return first.column, first.example, first.readings
        return self._asked.get(file.key)

    def say_format(self, column: str, pattern: str) -> None:
        """Which format the dates of a column have."""
        file = self._preview.file
        if file is not None:
            doubt = self.doubt(file)
            if doubt is not None:
                self._asked[file.key] = doubt
            self.answer(file.key, formats={column: pattern})

    def ask_format(self) -> None:
        """Ask once more how dates are read that can be read in several ways."""
        file = self._preview.file
        doubt = None if file is None else self.doubt(file)
        if file is None or doubt is None:
            return
        column, example, readings = doubt

        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            prompt.finish()
            self.say_format(column, answers["format"])

        field = PromptField(
            "format", f"{example} is", Entry.CHOICE, readings, value=file.report.formats.get(column, "")
        )
        ask(self._preview.panel, f"Dates of “{file.column_name(column)}”", (field,), "Use it", accepted)

    # --- shop and currency --------------------------------------------------------------------------------------------

    def say_channel(self, channel: str) -> None:
        """Which channel a file is from: all files of its source that still ask are of the same one."""
        file, looked = self._preview.file, self._preview.looked
        if file is None or looked is None:
            return
        alike = [
            other.key
            for other in looked.preview.files
            if other is not file and other.report.ask_channels and other.report.source == file.report.source
        ]
        for key in (*alike, file.key):
            self._keep(key, channel=channel)
        self._preview.again.look([*alike, file.key])

    def ask_channel(self) -> None:
        """Ask for the name of a channel."""
        file = self._preview.file
        if file is None:
            return

        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            prompt.finish()
            self.say_channel(answers["channel"].strip())

        told = "Two shops both have an order #1001, so the name of the shop is part of every order."
        needed = "Name the shop, for example shopify-us."
        field = PromptField("channel", told, Entry.SUGGEST, file.channels, needed=needed, value=file.report.channel)
        ask(self._preview.panel, f"Which shop is {file.report.name} from?", (field,), "Use it", accepted)

    def say_currency(self, code: str) -> None:
        """Which currency the amounts of a file are in."""
        file = self._preview.file
        if file is not None:
            self.answer(file.key, currency=code)

    def ask_currency(self) -> None:
        """Ask for another currency of the amounts, where only a person knows it."""
        file = self._preview.file
        if file is None or not (file.report.currency or file.report.ask_currencies):
            return

        def accepted(answers: Mapping[str, str], prompt: Prompt) -> None:
            code = answers["currency"].strip().upper()
            if len(code) != 3 or not code.isascii() or not code.isalpha():
                prompt.refuse("currency", "Write its code of three letters, USD for example.")
                return
            prompt.finish()
            self.say_currency(code)

        choices = [(code, f"{code}: {why}") for code, why in file.report.ask_currencies]
        told = "Neither the file nor its mapping says it. It is remembered for the mapping."
        field = PromptField("currency", told, Entry.SUGGEST, choices, value=file.report.currency)
        ask(self._preview.panel, "Which currency are its amounts in?", (field,), "Use it", accepted)

    # --- source -------------------------------------------------------------------------------------------------------

    def ask_source(self) -> None:
        """Let a source be chosen that the file is read as."""
        file, workspace = self._preview.file, self._preview.workspace
        if file is None or workspace is None or not file.top:
            return
        from opsconsole.desktop.dialogs.treat_as import TreatAs

        key, mapped = file.key, self._preview.map_columns if file.path else None

        def treat(source: str) -> None:
            self._treat(key, source)

        self._preview.ask_in(lambda tab: TreatAs(tab, workspace, file.report.name, file.top, treat, mapped))

    def _treat(self, key: str, source: str) -> None:
        self._keep(key, source=source, mapping="")
        self._preview.again.look([key])

    def leave_out(self) -> None:
        """Do not import the current file."""
        file, looked = self._preview.file, self._preview.looked
        if file is None or looked is None:
            return
        if len(looked.preview.files) == 1:
            self._preview.leave()
        else:
            self._keep(file.key, leave_out=True)
            self._preview.drop(file.key)

    def choose(self, number: int) -> None:
        """Take the answer with a number: a reading of dates, else a channel, else a currency."""
        file = self._preview.file
        if file is None:
            return
        report = file.report
        if number < len(report.ask_readings):
            self.say_format(next(iter(report.ask_formats)), report.ask_readings[number][0])
        elif number < len(report.ask_channels):
            self.say_channel(report.ask_channels[number])
        elif number < len(report.ask_currencies):
            self.say_currency(report.ask_currencies[number][0])
