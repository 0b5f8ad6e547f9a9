from .drawing import drawn as drawn
from .evidence import explained as explained
from .panel import explorer as explorer
from .saving import save as save
from .view import View as View
