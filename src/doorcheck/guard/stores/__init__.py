"""Where counters, sessions and replies are kept: in the process, in SQLite or in Redis."""
