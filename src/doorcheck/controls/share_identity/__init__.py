"""The control ``share-identity``."""
