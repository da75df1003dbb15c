"""`python -m rtlglot`: the command line."""

from rtlglot.cli import entry

if __name__ == "__main__":
    entry()
