"""The doors of a scan in units that know nothing of each other, and what is kept of them between runs."""
