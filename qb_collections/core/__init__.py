"""What a credit controller knows, as pure functions: no I/O, no clock, no randomness, no logging."""
