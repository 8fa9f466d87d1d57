"""doorcheck finds every server entry point of a Next.js app and shows which are unlocked, and why."""

__version__ = "0.1.0"
