"""`python -m analysis` is the command `workbook`."""

from analysis.cli import main

main(prog_name="workbook")
