"""yosys: synthesis, and netlists to reason about."""
