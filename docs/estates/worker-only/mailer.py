"""Sends what is due."""
