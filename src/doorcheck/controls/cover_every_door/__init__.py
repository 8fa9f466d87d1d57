"""The control ``cover-every-door``."""
