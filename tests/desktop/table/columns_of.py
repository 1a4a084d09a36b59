"""Columns of a list by their key."""

from opsconsole.desktop.table.view import ListView


def column_of(view: ListView, key: str) -> int:
    return [field.key for field in view.model.fields].index(key)


def shown(view: ListView) -> list[str]:
    return [view.model.fields[number].key for number in view.columns.visible()]
