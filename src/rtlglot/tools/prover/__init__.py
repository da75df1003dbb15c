"""The proof: slang, yosys, ABC and a simulator put together to hold two designs against each other."""
