"""Hold the real state of a deployment estate against the declared one, and keep the comparison as evidence."""
