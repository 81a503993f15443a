"""The procedure as pure data and functions: no I/O, no clock, no randomness."""
