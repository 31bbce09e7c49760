"""A workflow played through: which jobs and steps run in a situation.

In go a workflow file and a situation. Out come `JobRun`s: every job that can run, in each row of its matrix and along
each chain of calls, with the context that its expressions see. A result is True, False or `Unknown`, and Unknown is
never taken for either.

Its face:

    contexts  what the expressions of a step see
    job_runs  every job, in each situation, row and chain of calls
    matrix    the rows of a matrix
    reach     which jobs and steps can run, and which stand in another's way
    secrets   which secrets a job reads
    stopping  steps that stop a job
"""
