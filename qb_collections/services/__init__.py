"""One module per verb: each gathers facts, calls a pure function and applies the effects."""
