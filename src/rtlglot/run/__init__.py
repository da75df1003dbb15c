"""A run: the walk of every row, from the index of the input to the files that are delivered."""
