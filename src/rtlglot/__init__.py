"""rtlglot: hardware designs between instruction, description and Verilog, checked by real tools."""

__version__ = "0.1.0"
