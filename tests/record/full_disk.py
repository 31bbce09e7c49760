"""A plugin of pytest that lets no file of its process grow beyond a size: to a program that is a full disk."""

import os
import resource

_MOST = int(os.environ["FULL_AT"])
resource.setrlimit(resource.RLIMIT_FSIZE, (_MOST, _MOST))
