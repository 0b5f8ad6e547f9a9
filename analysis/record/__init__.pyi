from . import codebook as codebook
