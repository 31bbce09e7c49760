"""What is a health check after a deploy.

In goes a step behind a deploy, with the names, variables and inputs around it. Out comes a `Check` with the address
that it asks, or nothing. Only what can fail the job for a bad answer is a check: a request whose answer nothing judges
is none, and neither is one of another app.

Its face:

    actions       known actions and called workflows
    check         the noun: a health check
    script        what a script asks, and what judges the answer
    steps         a step as a check
    surroundings  the names, variables and inputs around a step
"""
