"""The verbs of the `asbuilt` command, a file each: a verb reads its options, calls what does the work, and prints.

Each imports what it alone needs, and late: who asks for help waits for none of it.
"""
