"""Which program reads or runs what: shells, other languages, and what runs that which a project defines by name.

In goes a program as it is called (`python3.12`, `/usr/bin/node`) or a step's `shell` (`pwsh -File {0}`), out comes what
it is. Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
"""

import re

SHELLS = frozenset({"bash", "sh", "dash", "zsh", "ksh"})
POWERSHELLS = frozenset({"pwsh", "powershell"})
# How a program of another language than a shell's is called, without its folder.
CALLED = (
    r"(?:(?P<language>python|node|deno|bun|ruby|perl|php|rscript|pwsh|powershell)(?:js)?[\d.]*(?:\.exe)?)(?![\w.-])"
)
_PROGRAM = re.compile(rf"^(?:\S*/)?{CALLED}", re.IGNORECASE)
_FIRST = re.compile(r"^(?:\S*/)?(?P<name>[\w-]+)")

# Programs that run others in the environment of a project.
ENVIRONMENTS = frozenset({"poetry", "uv", "pipenv", "pdm", "hatch", "bundle"})
PACKAGE_MANAGERS = frozenset({"npm", "yarn", "pnpm", "bun"})
# Programs that fetch another one and run it.
FETCHERS = frozenset({"npx", "bunx", "pnpx", "uvx"})
BUILDERS = frozenset({"sbt", "mvn", "gradle", "mvnw", "gradlew"})
# Programs that run a target, a script or a tool which the project names.
RUNNERS = ENVIRONMENTS | PACKAGE_MANAGERS | {
    "make", "just", "task", "rake", "invoke", "composer", "nx", "gulp", "grunt", "tox", "nox",
}  # fmt: skip
# GitHub's own action that runs JavaScript.
GITHUB_SCRIPT = "actions/github-script"
_GIVES_UP = re.compile(r"setFailed|throw\b|process\.exit")


def language(called: str) -> str | None:
    """Give the language that a program reads which is no shell: `python` for `/usr/bin/python3.12 {0}`."""
    match = _PROGRAM.match(called)
    return match["language"].lower() if match else None


def is_shell(called: str) -> bool:
    """Tell whether a program is a shell that reads what POSIX describes."""
    match = _FIRST.match(called)
    return match is not None and match["name"] in SHELLS


def gives_up(code: str) -> bool:
    """Tell whether code can fail its step."""
    return _GIVES_UP.search(code) is not None
