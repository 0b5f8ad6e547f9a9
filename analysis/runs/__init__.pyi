from .batching import batch as batch
from .running import run as run
from .single import make as make
