"""English about designs: its words, what it claims, and what a model leaves around it."""
