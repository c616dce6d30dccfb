"""Work is derived from state: each job means "bring company X up to date" and is safe to repeat."""
