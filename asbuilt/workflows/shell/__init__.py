"""Scripts, as the shell would run them: what they ask, and how they end.

In goes the text of a script, with the shell that GitHub starts for it. Out come its commands, with what the failure of
each leads to, and how the whole ends where some variables are known. tree-sitter reads the syntax; what it means is
POSIX's and bash's own manual. Nothing of a script is ever run.

Its face:

    languages      which program reads or runs what
    requests       the HTTP requests of a script
    script         a script as commands, and what the failure of each leads to
    trial          how a script ends where some variables are known, and what it writes for later steps
    values         what its words and tests come to
    variables      how a script names a variable
"""
