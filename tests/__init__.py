"""A package, so that `tests.server` is this one whatever else is installed."""
