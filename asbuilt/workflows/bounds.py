"""How much of a file is read, in numbers that are counted: a verdict does not depend on the machine, nor on its load.

A pull request can hold a file that is small and means much: aliases that repeat each other, a variable that doubles
itself. What is past a bound is unknown, with its place and the bound; it is never cut, and never taken for right. Where
GitHub publishes a limit, that is the source (https://docs.github.com/en/actions/reference/limits); all other numbers
are a multiple of what the largest files need that people write.
"""

from collections.abc import Iterator
from contextlib import contextmanager

# YAML.
NODES = 200_000  # with what aliases repeat; a file of 500 KB, the largest that GitHub runs, has no more than 90,000
LEVELS = 100  # of mappings and lists; GitHub's own syntax has nine, and the values of a matrix a few more

# A repository's workflows.
FILES = 1_000  # workflow files; the largest repositories that we know have some 200

# A workflow.
TEXT = 16 * 2**20  # characters of all workflows and actions of a repository; 300 workflows of 10 KB have 3 million
RUN = 8_000  # letters or spaces in a row; a binary in hexadecimal or base64url has thousands
JOBS = 1_000  # GitHub runs 256 of a matrix; a file of that many written out is one that a program has made
STEPS = 50_000  # of a file, with those of the composite actions that it uses; 1 MiB holds no more
STEPS_OF_A_JOB = 5_000  # with those of composite actions, ten levels of them
WRITING = 100  # of a job, whose scripts are played through for what they leave for later ones; people write three
CALLED = 5_000  # jobs with those of the workflows that are called, as often as they are
NEEDED = 10_000  # entries of `needs`: 100 jobs that wait for 100 others
NEEDS = 100_000  # pairs of a job and one before it, directly or through others: a chain of 440 jobs
NAMES = 1_000  # entries of one mapping: variables, inputs (GitHub takes 25 of a dispatch), outputs, jobs
PATTERNS = 250  # of one filter of branches, tags or paths
PATTERN = 255  # characters of one; so long can the name of a branch be at most
HANDED = 200  # files of a checkout that are read because a step runs them, and calls of them in one script
HANDED_LEVELS = 5  # scripts that run scripts
REMOTES = 250  # URLs of one git remote, given by several commands
ROWS = 256  # of a matrix; GitHub runs no more
COMBINATIONS = 20_000  # rows of a matrix before `exclude`, and entries of both that are held against each other
SITUATIONS = 20_000  # ways to start, of all workflows of a repository: refs, by 256 choices of inputs at most
PLAYED = 200_000  # jobs in all situations, of all workflows of a repository, those of long conditions several times
CONDITION = 100  # characters of conditions that are counted like one more job
VISIBLE = 2_000_000  # variables of each step in all situations; 100 workflows of 100 steps with 20 have 200,000
SUPPRESSIONS = 5_000  # of all workflows and actions of a repository
RUNS = 20_000  # jobs that wait to be played, in each situation and row, from the triggers of one workflow
PATHS = 20_000  # ways to deploy that begin with one workflow; 300 jobs with ten deploys each have 3,000
AROUND = 1_000_000  # jobs before and steps after the deploys of one workflow, each counted for each deploy

# An expression. Its length and its levels are GitHub's own (`expressions/syntax.py`).
EXPRESSIONS = 1_000  # in one text
OPEN = 20  # of them without an end; GitHub refuses the first
VALUE = 128 * 1024  # characters; Linux hands no longer variable to a process (MAX_ARG_STRLEN)
TREE = 100  # levels of what an expression is made of; GitHub takes 50 of them
ITEMS = 10_000  # of a value made by fromJSON()
JSON_LEVELS = 50

CHOICES = 32  # values that one text comes to for the conditions in it that nobody knows before the run

# A Procfile.
COMMAND = 8_192  # characters of a line

# A linter, which is another program: what it is handed, and what it may answer. Its time is limited too, as a last
# resort, and that counts for its own control alone.
LINTED = 1_000  # files
LINTED_TEXT = 16 * 2**20  # bytes of them
ANSWER = 64 * 2**20  # bytes; a finding has 2,000

# A picture of the paths.
DRAWN = 10_000  # jobs on the ways to all apps; the table and JSON have them all

# A script.
SCRIPT = 64 * 1024  # characters; the longest that we know has 20,000
MARKS = 3_000  # of `| & ; < > ( )`: tree-sitter takes the square of them; 20,000 characters of JavaScript have 1,000
SYNTAX = 100  # levels: an `if` in a loop in a function has nine, a chain of 40 commands with `&&` has 40
CALLS = 16  # functions, and scripts handed to a shell, within each other
NESTING = 120  # levels of syntax, with those of the functions that are called on the way
WORDS = 5_000  # of a command
VARIABLE = 64 * 1024  # characters of all that a variable may hold
TEXTS = 256  # different texts that a word or a variable may be
SEARCH = 1_000_000  # ways to try a regular expression of a script on a text, at most
CUT = 1_000  # characters of a text of which a part is cut off by a pattern
DIGITS = 18  # of a number that a script reckons with
NAMED = 1_000  # variables of a script
WORK = 500_000  # steps to follow a script: eight to read a command, one to keep a variable; 300 lines take 10,000
WORK_OF_A_FILE = 2_000_000  # for all its scripts together
WORK_OF_ALL = 10_000_000  # for those of all workflows and actions of a repository
PAIRS = 100_000  # of a request and what may judge its answer, or hand it on, in a script; one of 60 lines has 400


class PastBoundError(Exception):
    """More than is read. The text goes behind the name of what it is; `place` is a line and a column, where known."""

    def __init__(self, fact: str, place: tuple[int, int] | None = None) -> None:
        super().__init__(fact)
        self.place = place


def hold(number: int, most: int, what: str, place: tuple[int, int] | None = None) -> None:
    """Raise PastBoundError where there are more of something than are read."""
    if number > most:
        raise PastBoundError(f"has more than {most:,} {what}, and no more are read", place)


def hold_levels(number: int, most: int, place: tuple[int, int] | None = None) -> None:
    """Raise PastBoundError where something is nested deeper than is read."""
    if number > most:
        raise PastBoundError(f"nests deeper than {most} levels, and no more are read", place)


@contextmanager
def noted(path: str, past: dict[str, PastBoundError] | None) -> Iterator[None]:
    """Note that a file is past a bound, by its path; without a place for that, raise it."""
    try:
        yield
    except PastBoundError as error:
        if past is None:
            raise
        past.setdefault(path, error)
