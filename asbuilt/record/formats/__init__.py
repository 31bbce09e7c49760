"""What a finished run found, in the forms that other programs and GitHub read; each is made of the run's record alone.

found        a run's record read back: each finding with its place in a repository
places       where a subject stands in the estate's file
fingerprints what a line of a file is known by, wherever it moves to
annotations  workflow commands: GitHub shows them at the lines of a pull request
sarif        SARIF 2.1.0, for code scanning
document     one JSON document
rendering    the one way from a record to a form
"""
