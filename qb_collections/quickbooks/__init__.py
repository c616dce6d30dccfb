"""The only place that talks to Intuit."""
