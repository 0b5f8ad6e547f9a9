"""A workbook for the record of a bilateral relationship: cited tables in, measures, charts and briefings out.

    import analysis as an

    rel = an.load("russia-belarus", as_of="2023-04-06")
    an.charts.tension(an.tension(rel.events, half_life="180D"), rel.events)

Names are loaded when they are first used, so that the command line answers at once and a notebook pays only for what it
calls. The stub beside this file, `__init__.pyi`, is the one list of them, for type checkers and at run time alike; a
function may bear the name of its module.
"""

import lazy_loader

__version__ = "0.2.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
