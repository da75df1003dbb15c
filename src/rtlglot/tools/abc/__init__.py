"""ABC: decides what is left of a question about and-inverter graphs."""
