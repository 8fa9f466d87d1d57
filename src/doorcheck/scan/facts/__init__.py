"""Deductions about functions, whoever calls them."""
