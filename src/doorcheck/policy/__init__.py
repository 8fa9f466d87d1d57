"""Verdicts into findings: severity, acceptance, baseline, configuration."""
