"""What sets a workflow off: each trigger, with each ref and choice of inputs.

In goes a workflow file. Out come `Situation`s: one event each, with the refs that its filters let through, the choices
of its inputs, and the context that its expressions see. Refs that nothing tells apart are one, named by a pattern. The
rules are those of GitHub's events reference and of its filter pattern cheat sheet.

Its face:

    events      what each event tells
    globs       matches names with filter patterns
    refs        filter patterns, and the refs that they stand for
    situations  each trigger, with each ref and choice of inputs
"""
