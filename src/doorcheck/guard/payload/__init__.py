"""The second question: what payload is allowed."""
