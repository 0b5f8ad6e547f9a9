"""Measures: functions from tidy frames to tidy frames, each with its reference, its band and its states."""
