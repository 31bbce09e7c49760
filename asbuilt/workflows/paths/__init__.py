"""Deploy paths: trigger -> gates -> environment -> app -> verification.

In go the files of a repository. Out comes a `Checkout`, with every way by which code reaches an app as a `DeployPath`,
and every way that a condition shuts as a `BlockedPath`. What cannot be told before a run is said to be undecided, with
the expression and its line.

Its face:

    blocked_paths  the ways that conditions shut
    checkout       a folder, read and followed
    concurrency    the groups that a job waits in
    deploy_path    the noun, with the gates, groups and checks on it
    reviews        apps for a pull request
    typed_app      a way to whichever app is typed, as the way to one
"""
