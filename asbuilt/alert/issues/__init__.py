"""GitHub's issues, where an estate's alerts go and where their state can be kept.

Its face:

    github_issues    an issue for each cause: opened, commented on, closed
    state_in_issue   the state, in an issue of its own
    issue_token      where issues are written, and with which token
"""
