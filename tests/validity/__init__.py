"""Do the measures hold what they say? The checks behind `docs/methods.md`, for anyone to run.

    python -m tests.validity docs/methods.md

makes every generated block of the page anew: a few minutes, no network, seeds fixed. Checks are of two kinds.
*Simulated* ones (`simulated`, on the `worlds`) write down records of a course of events that is known, measure them
and count how often the truth was held. *Record* ones (`record`, `crosschecks`) ask of the shipped record how far its
numbers hang on a choice that could have been made otherwise, and whether measures that rest on different evidence
agree. Each check returns a plain frame; `page` turns it into a table and a sentence. Nothing here is used by a
measure.
"""
