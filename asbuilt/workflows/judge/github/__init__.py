"""What GitHub takes in a workflow file: keys, shapes, expressions and calls."""
