from . import coverage as coverage
