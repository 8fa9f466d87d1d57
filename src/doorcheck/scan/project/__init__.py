"""Apps in a repository and how its modules find each other."""
