"""The EDA tools: one room each, the only place that knows its tool. A text goes check, tool, Box."""
