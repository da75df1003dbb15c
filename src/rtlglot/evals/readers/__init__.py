"""Readers of benchmarks: one file each, one line in `PROBLEMS` (`evals/problems.py`)."""
