"""What is wrong with workflow files: one module for each file of `tests_static`.

In go a checkout, its paths, files and steps, and what a team declares of them. Out come findings, each with its place:
a check of `tests_static` asserts that there is none. Whether they are drift, waived or suppressed is the suite's
business.

Its face:

    authentication   whether a job fails closed without its key, and has the CLI that it calls
    concurrency      whether deploys of one app exclude each other, and end
    deploy_steps     whether heroku-deploy does what it is meant to do
    gates            whether a deploy goes through its environment, and is held by its gates
    heroku_pushes    whether Heroku builds what a script pushes to it
    ownership        whether an app has one owner, and a way that leads to it
    procfile         what the processes of a Procfile start
    provenance       where deployed code comes from, and whether gates have seen it
    pushed_images    whether an image that is pushed is released, and one that Heroku takes
    release_phase    whether the release phase of a Procfile is run
    required_checks  whether required checks report on every pull request
    schedules        whether a `cron` fires, and how often
    secrets          secrets read outside of their environment
    syntax           what GitHub cannot read as it was meant
    targets          whether environment, app and addresses belong together
    verification     whether an app is asked after a deploy, with an answer that counts
"""
