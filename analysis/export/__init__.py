"""Export: an executed notebook as a PDF, Word, HTML or EPUB document.

    from analysis.export import export

    export("briefing.ipynb", "briefing.pdf")

`exporter` holds the one function that does it; `notebook`, `assemble`, `notes`, `tables` and `pictures` make one tree
of a notebook, and `pdf`, `docx`, `html` and `epub` set it. Nothing is imported before it is used.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
