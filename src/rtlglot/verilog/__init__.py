"""What rtlglot knows of Verilog as text: tokens, design units, interfaces; no process, no LLM."""
