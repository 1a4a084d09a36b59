"""Faults that are the world's, not the program's."""


class UserError(Exception):
    """Something the user can mend: a bad file, a missing server, a locked workbook.

    ``message`` says what is wrong, ``hint`` what to do about it. Shown in a bar over the list, or as one line on
    stderr with exit code 2; never as a traceback. ``field`` is the key of the field of a form that it is about.
    """

    def __init__(self, message: str, hint: str = "", field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class Cancelled(Exception):  # noqa: N818 - the user's wish, not an error
    """The user cancelled a running task; what it had begun is rolled back."""
