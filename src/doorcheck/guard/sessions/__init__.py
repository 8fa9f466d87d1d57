"""Sessions: what a request presents, who verifies it, and the principal that comes of it."""
