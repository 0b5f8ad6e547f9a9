"""Kernels and documents in processes that start warm, by forking; removable: without it everything works, slower."""
