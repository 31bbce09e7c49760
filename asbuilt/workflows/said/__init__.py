"""What is said of a repository's workflows beside its files: the estate's own words, which nothing here has seen.

In go the keys and values of an estate. Out comes what secrets and variables come to in an environment, and what a
workflow of another repository does of which nobody has the files.

Its face:

    described  workflows of other repositories
    names      secrets and variables
    uses       what `uses` names of another repository
"""
