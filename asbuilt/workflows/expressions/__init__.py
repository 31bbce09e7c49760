"""GitHub's expressions: what `${{ }}` and conditions are worth.

In goes a text with its expressions, or a condition, and a context: a mapping from the names of contexts to plain
values. Out comes a plain value, or `Unknown` where it hangs on what only the run knows. What GitHub would reject raises
`ExpressionError`. GitHub's own reader, `@actions/expressions`, is the oracle of its tests.

Its face:

    evaluate   what an expression, a condition or a text with expressions is worth
    splitting  what it is worth for each answer to a condition that nobody knows
    syntax     text in, tree out
    tree       the parts of that tree
    values     values, coercion, equality
"""
