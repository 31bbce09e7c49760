"""Change single values of an estate and leave the rest of its text as it was written.

`edited` takes the bytes of a file and changes; comments, order, quotes, anchors and flow style of all else stay. Each
change is read back: one that would change anything besides what was asked for is refused, and said in a comment.
"""

from asbuilt.edits.changing import Added, Change, Edited, Note, Put, Removed
from asbuilt.edits.editing import edited

__all__ = ["Added", "Change", "Edited", "Note", "Put", "Removed", "edited"]
