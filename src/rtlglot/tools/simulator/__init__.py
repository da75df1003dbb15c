"""Simulators: Icarus Verilog and Verilator."""
