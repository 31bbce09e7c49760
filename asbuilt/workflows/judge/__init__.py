"""What is wrong with workflow files: one module for each file of `tests_static`.

In go a checkout, its paths, files and steps, and what the estate declares of them. Out come faults with their places.
Whether they are drift, waived or suppressed is the suite's business.

Its face:

    action_inputs    what heroku-deploy is given, as it reads it
    authentication   whether a job fails closed without its key
    concurrency      whether deploys of one app exclude each other
    gates            whether a deploy goes through its environment and waits for its gates
    hollow           gates that let through what they should stop
    ownership        whether an app can be deployed as declared, and what shuts the way
    procfile         what the processes of a Procfile start
    provenance       where deployed code comes from, and whether gates have seen it
    required_checks  whether required checks report on every pull request
    schedules        whether a `cron` fires, and how often
    secrets          secrets read outside of their environment
    skipped          who notices a deploy that heroku-deploy skipped
    syntax           what GitHub cannot read as it was meant
    targets          whether environment, app and addresses belong together
"""
