"""Keeping a record: start one, add to it, verify its quotations, compare copies and versions, and see its health.

`new` makes an empty record; `importing` plans what spreadsheets and bibliographies would change and `saving` writes
it, whole or not at all, with undo; `evidence` looks quoted phrases up in local copies of their sources; `agree`
compares two coders and `diff` two versions; `doctor` and `thin` say what ails the environment and where the record is
thin. The commands of the same names are in `commands`. Only `saving` and `new` write into a record.
"""

from analysis.stubs import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
