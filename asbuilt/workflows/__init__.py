"""What the workflow files of a repository do: how code reaches an app, and what is wrong on the way.

Each package imports from those below it, never from those above, and what is not on its face is its own: contracts of
import-linter hold both. The docstring of a package says what goes in, what comes out, and what its face is.

    judge        what is wrong, one module for each file of tests_static
    paths        every way to an app, read from a folder
    health       what is a health check after a deploy
    deploys      what deploys, and which app
    run          a workflow played through
    triggers     what sets it off
    files        the model of a repository's files
    said         what the estate says of names and workflows that only GitHub knows
    shell        scripts, as the shell would run them
    yaml         text in, nodes with places out
    expressions  what an expression is worth
    bounds       how much is read, and the error of what is past it
"""
