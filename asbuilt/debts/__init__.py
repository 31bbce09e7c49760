"""An estate that is there, and what is: how they differ, as a patch, and a waiver for every finding of today.

What asbuilt finds is found by the suites themselves (`today`). `observed` has what was seen in place of what differs,
`waiving` a waiver for each finding, and `patch` shows either as what `git apply` takes.
"""
