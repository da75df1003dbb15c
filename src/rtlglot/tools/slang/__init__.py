"""slang: parses, elaborates and analyses Verilog and SystemVerilog."""
