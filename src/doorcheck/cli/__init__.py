"""Sub-commands; the only layer that prints, reads the command line or exits."""
