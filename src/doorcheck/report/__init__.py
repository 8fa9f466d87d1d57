"""A finished report into a format; one module a format, no logic."""
