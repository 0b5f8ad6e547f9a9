"""Charts: one function a question. A tidy frame goes in, a `Chart` comes out, with its title computed from the frame.

    an.charts.tension(an.tension(rel.events), rel.events, sides=rel.sides)

Names are loaded when they are first used, and matplotlib when the first chart is drawn.
"""

from analysis.stubs import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)
