"""What is wrong with workflow files: one module for each file of `tests_static`.

In go a checkout, its paths, files and steps, and what a team declares of them. Out come findings, each with its place:
a check of `tests_static` asserts that there is none. Whether they are drift, waived or suppressed is the suite's
business.

Its face:

    authentication       whether a job fails closed without its key, and has the CLI that it calls
    concurrency          whether deploys of one app exclude each other, and let each other finish
    deploy_steps         whether heroku-deploy does what it is meant to do
    gates                whether a deploy goes through its environment, and is held by its gates
    heroku_pushes        whether Heroku builds what a script pushes
    leading              which ways lead to an app, and what leaves others open
    maintenance          whether maintenance mode is turned off that a deploy turns on
    ownership            whether an app has one owner, and a way that leads to it
    procfile             what the processes of a Procfile start
    provenance           where deployed code comes from, and whether gates have seen it
    pushed_images        whether a pushed image is released, and one that the registry takes
    red_checks           whether a required check is red where what it stands for fails
    release_phase        whether the release phase of a Procfile is run
    remote               whether a command in a dyno passes on how it ended
    required_checks      whether required checks report on every pull request
    schedules            whether a `cron` fires, and how often
    secrets              secrets read outside of their environment
    syntax               what GitHub cannot read as it was meant
    targets              whether environment, app and addresses belong together
    there                what each control judges: of nothing, nothing conforms
    time_limits          whether a job that deploys ends by itself when it hangs
    undeclared_triggers  whether all that sets off a deploy is declared
    verification         whether an app is asked after a deploy, with an answer that counts
"""
