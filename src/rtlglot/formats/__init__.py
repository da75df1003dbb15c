"""Formats: datasets in, datasets out. One file per format, one line in the table."""
