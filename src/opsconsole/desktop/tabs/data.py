"""Data: where files come in. Its front is the list of imports, its other lists stand beside it in ``data_lists``."""

from opsconsole.desktop.data_lists.imports import ImportsList

TAB = ImportsList
