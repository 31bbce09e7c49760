"""How a watch begins: what is asked of it, read and found usable, and all that its looks take, made ready."""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from asbuilt import texts
from asbuilt.discovery import find
from asbuilt.estate_forms import Duration
from asbuilt.model import ago
from asbuilt.option_values import OptionError
from asbuilt.record.clocks import run_page  # placeholder
from asbuilt.watch.about import About, about
from asbuilt.watch.day import Head
from asbuilt.watch.days import Days
from asbuilt.watch.judge import Judge
from asbuilt.watch.looking import Sweeping
from asbuilt.watch.loop import Beat, Watch
from asbuilt.watch.telling import Telling
from asbuilt.withholding import Secrets
from asbuilt.world import World, choose
