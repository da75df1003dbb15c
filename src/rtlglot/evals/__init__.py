"""Evaluation: problems in, scores out; on the walk that `rtlglot transform` goes.

`problems.py` reads benchmarks (one file each in `readers/`, one line in its table), `evaluate.py` runs
one, `score.py` counts what the ledger holds, `audit.py` tries the problems themselves.
"""
