"""The inventory: every server entry point of an app."""
