"""What deploys to Heroku, and which app.

In goes a step, with the sources that it stands in. Out come `DeployStep`s: the mechanism, and the text that names the
app, or why none does. What a mechanism does is told by its entry in `mechanisms`, and nowhere else. A step that may
deploy in a way that is not known counts as one whose target cannot be told.

Its face:

    branches       where a `git push` goes, and whether Heroku builds what arrives there
    heroku_words   how a command calls the Heroku CLI
    mechanisms     the known actions and subcommands, as data
    script_target  the noun: what a script deploys
    steps          the steps that deploy
    targets        which app that is
"""
