"""How the documentation is built: `make docs`, or the test that does the same. Dead links are errors."""

from rtlglot import __version__

project = "rtlglot"
author = "the rtlglot developers"
release = __version__
extensions = ["myst_parser"]
html_theme = "furo"
html_title = "rtlglot"
html_copy_source = False
html_show_sphinx = False
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]
exclude_patterns = ["_build"]
nitpicky = True
pygments_style = "tango"
suppress_warnings: list[str] = []
