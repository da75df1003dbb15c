"""The report: ledger -> numbers -> one self-contained HTML page.

`write_report(ledger, target)` is all that a caller needs; `numbers.py` knows nothing
of a page, `page.py` nothing of a ledger.
"""

from rtlglot.reports.write import Report, write_report

__all__ = ["Report", "write_report"]
