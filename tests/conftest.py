"""For all tests: properties draw the same examples every time, so that a red run is a change's fault.

`RTLGLOT_EXPLORE=1 make test` draws new ones.
"""

import os

from hypothesis import settings

EXPLORE = bool(os.environ.get("RTLGLOT_EXPLORE"))

settings.register_profile("same", deadline=None, derandomize=not EXPLORE)
settings.load_profile("same")
