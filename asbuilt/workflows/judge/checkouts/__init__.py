"""Which code a job works on, with symbols for what only the run knows."""
