"""An estate that is there, and what is: how they differ, as a patch, and a waiver for every finding of today.

today     what asbuilt finds today, by the suites themselves
observed  the estate with what was seen in place of what differs
waiving   the estate with a waiver for each finding
patch     either as a patch
"""
