"""Tally, the Python half: invoices, projects and their administration, with every door locked."""
