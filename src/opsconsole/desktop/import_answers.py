"""What is asked of files before they are imported, and what was said: date format, channel, to leave one out."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from opsconsole.desktop.dialogs.prompt import Entry, Prompt, PromptField, ask
from opsconsole.domain.import_answers import Answers

if TYPE_CHECKING:
    from opsconsole.desktop.import_preview import ImportPreview

_KEPT = ("channel", "source", "mapping", "leave_out")


class ImportAnswers:
    """Answers about the files of a preview, by file key; each is looked at again with them."""

    def __init__(self, preview: "ImportPreview") -> None:
        self._preview = preview
        self.said: dict[str, Answers] = {}

    def answer(self, key: str, **said: Any) -> None:
        """Take an answer about a file and look at it again."""
        before = self.said.get(key) or Answers()
        formats = {**before.formats, **said.pop("formats", {})}
        kept = {name: getattr(before, name) for name in _KEPT}
        self.said[key] = Answers(**{**kept, **said}, formats=formats)
        self._preview.look_again()

    def say_format(self, column: str, pattern: str) -> None:
        """Which format the dates of a column have."""
        file = self._preview.file
        if file is not None:
            self.answer(file.key, formats={column: pattern})

    def say_channel(self, channel: str) -> None:
        """Which channel a file is from: all files of its source that still ask are of the same one."""
        file, looked = self._preview.file, self._preview.looked
        if file is None or looked is None:
            return
        for other in looked.preview.files:
            if other is not file and other.report.ask_channels and other.report.source == file.report.source:
                self.said[other.key] = Answers(channel=channel)
        self.answer(file.key, channel=channel)

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

    def leave_out(self) -> None:
        """Do not import the current file."""
        file, looked = self._preview.file, self._preview.looked
        if file is None or looked is None:
            return
        if len(looked.preview.files) == 1:
            self._preview.leave()
        else:
            self.answer(file.key, leave_out=True)

    def choose(self, number: int) -> None:
        """Take the answer with a number: a reading of dates, else a channel."""
        file = self._preview.file
        if file is None:
            return
        report = file.report
        if number < len(report.ask_readings):
            self.say_format(next(iter(report.ask_formats)), report.ask_readings[number][0])
        elif number < len(report.ask_channels):
            self.say_channel(report.ask_channels[number])
