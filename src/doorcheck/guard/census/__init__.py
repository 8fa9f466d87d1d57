"""The census: every door of an application, before it starts."""
