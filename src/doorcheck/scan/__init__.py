"""The static engine: repository in, verdicts out."""
