"""The report: ledger -> numbers -> one self-contained HTML page.

`write_report(ledger, target)` is all that a caller needs; `numbers.py` is pure, `page.py` knows HTML.
"""

from rtlglot.report.write import Report, write_report

__all__ = ["Report", "write_report"]
