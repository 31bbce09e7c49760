"""Hold the real state of a deployment estate against the declared one, and keep the comparison as evidence."""

__version__ = "0.1.0"
