"""YAML as GitHub reads it: text in, nodes with their places out.

In go the bytes of a file. Out comes a `Document`: a tree of `Mapping`, `Sequence` and `Scalar`, each with the `Mark` at
which it stands, what is wrong with it, and whether it was read at all. libyaml reads the syntax; what a scalar means is
YAML 1.2's core schema, section 10.3. Nothing is raised for what a person wrote.

Its face:

    document  nodes with their places
    finding   what is wrong at a place, and what to do
    reader    text in, document out
"""
