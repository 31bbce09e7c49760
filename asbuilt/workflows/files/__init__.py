"""The files of a repository, as a model: workflows, jobs, steps, actions, Procfiles.

In goes a folder. Out come `Sources`: its workflow files and actions, and who calls whom, with nothing judged. The model
is total: what is not as GitHub wants it is left out of it, and named by `judge`. What could not be read is there as a
document that says why.

Its face:

    folder        reads a folder; the only I/O
    modelling     makes a workflow file of a document
    procfile      a Procfile
    sources       all workflow files and actions, and who calls whom
    suppressions  comments that accept a finding for a while
    workflow      the nouns: triggers, jobs, steps
"""
