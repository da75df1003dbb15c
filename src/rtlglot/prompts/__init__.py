"""Prompts: one Markdown file per pair, rendered strictly; the extraction of a reply's text."""
