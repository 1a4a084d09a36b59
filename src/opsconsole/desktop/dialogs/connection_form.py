"""The form of a connection to another database: where it is, who asks, how it is secured, and whether it answers."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QLineEdit, QVBoxLayout, QWidget

from opsconsole.desktop.dialogs.fields_form import FieldsForm, column_of, side_by_side
from opsconsole.desktop.keycaps import KeyButton
from opsconsole.desktop.words import Words
from opsconsole.domain.sourcing import KINDS, OFF, TLS, SqlConnection, connection_problems

_KINDS = tuple((kind.key, kind.label) for kind in KINDS.values())


class ConnectionForm(FieldsForm):
    """``saved`` and ``test_asked`` carry a connection without problems and the password, empty where none was typed."""

    saved = Signal(object, str)
    test_asked = Signal(object, str)

    def __init__(self, one: SqlConnection, password_known: bool, parent: QWidget | None = None) -> None:
        super().__init__("New connection" if not one.id else f"Connection: {one.name}", parent)
        self._one = one
        left, right = column_of("Where it is"), column_of("Who asks, and how")
        self.line(left, "name", "Name", one.name, "ERP")
        self.choice(left, "kind", "Kind of database", _KINDS, one.kind).currentIndexChanged.connect(self._adapt)
        place = column_of(), column_of()
        self.line(place[0], "host", "Server", one.host, "erp.example")
        self.line(place[1], "port", "Port", "" if one.port is None else str(one.port))
        left.addLayout(side_by_side(*place))
        self._base = Words("Database", role="small")
        self.line(left, "database", "Database", one.database)
        self._browse = KeyButton("Choose a file")
        self._browse.clicked.connect(self._choose)
        left.addWidget(self._browse)
        self.line(right, "user", "Account (best one that may only read)", one.user)
        self._password(right, password_known)
        self.choice(right, "tls", "Secured connection", TLS, one.tls).currentIndexChanged.connect(self._adapt)
        self.line(right, "ca_file", "Certificate of its authority (a .pem file; empty: the system's)", one.ca_file)
        for column in (left, right):
            column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 16, 16, 16)
        whole.setSpacing(12)
        whole.addLayout(side_by_side(left, right))
        whole.addWidget(self.foot)
        whole.addLayout(self.buttons(("Test", "Connect as it is typed and say what is wrong", self.test)))
        self.setMinimumWidth(720)
        self._adapt()

    def _password(self, column: QVBoxLayout, known: bool) -> None:
        self._known = "known on this computer" if known else ""
        field = self.line(column, "password", "Password", "", self._known)
        field.setEchoMode(QLineEdit.EchoMode.Password)
        note = "It goes into this computer's keyring and nowhere else; without one enter it again after each start."
        column.addWidget(Words(note, role="small", wrap=True))

    def _adapt(self) -> None:
        """Show what the kind of database needs."""
        kind = KINDS[self.text("kind")]
        file = kind.port is None
        for key in ("host", "port", "user", "password", "tls"):
            self.fields[key].setEnabled(not file)
            self.fields[key].setToolTip("A file needs none" if file else "")
        self.fields["password"].setPlaceholderText("" if file else self._known)
        self.fields["port"].setPlaceholderText("" if file else str(kind.port))
        secured = not file and self.text("tls") != OFF
        self.fields["ca_file"].setEnabled(secured)
        self.fields["ca_file"].setToolTip("" if secured else "Only a secured connection has one")
        self.fields["database"].setPlaceholderText(kind.database_words)
        self._browse.setVisible(file)

    def _choose(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Choose a SQLite file")
        if name:
            self.fields["database"].setText(name)

    def draft(self) -> SqlConnection | None:
        """The connection as it is typed; None where something is wrong, which then stands under its field."""
        found: dict[str, str] = {}
        port = self.number("port", found, None)
        one = replace(
            self._one, name=self.text("name"), kind=self.text("kind"), host=self.text("host"), port=port,
            database=self.text("database"), user=self.text("user"), tls=self.text("tls"), ca_file=self.text("ca_file"),
        )  # fmt: skip
        found = {**connection_problems(one), **found}
        self.show_problems(found)
        return None if found else one

    def save(self) -> None:
        """Hand the connection over, if nothing is wrong."""
        one = self.draft()
        if one is not None:
            self.saved.emit(one, self.fields["password"].text())

    def test(self) -> None:
        """Ask whether it answers."""
        one = self.draft()
        if one is not None:
            self.say("Asking the server")
            self.test_asked.emit(one, self.fields["password"].text())
