"""``python -m rtlglot.sandbox FOLDER``: one zygote; started by the Box, not by people."""

from rtlglot.sandbox.zygote import main

main()
