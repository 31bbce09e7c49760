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
# Their options that say for which package of the project a command is.
OF_PACKAGE = frozenset({"--filter", "-F", "--workspace", "-w"})
# Programs that fetch another one and run it.
FETCHERS = frozenset({"npx", "bunx", "pnpx", "uvx"})
BUILDERS = frozenset({"sbt", "mvn", "gradle", "mvnw", "gradlew"})
# Programs that run a target, a script or a tool which the project names.
RUNNERS = ENVIRONMENTS | PACKAGE_MANAGERS | {
    "make", "just", "task", "rake", "invoke", "composer", "nx", "gulp", "grunt", "tox", "nox",
}  # fmt: skip
# What runs a script of the project by its bare name, and its own words, which run none: they read the data of packages
# or change them. npm runs none by its bare name. Sources: https://yarnpkg.com/cli, https://pnpm.io/pnpm-cli,
# https://bun.sh/docs/cli/run, https://getcomposer.org/doc/03-cli.md, https://nx.dev/reference/nx-commands
_YARN = """
add audit autoclean bin cache check config constraints create dedupe explain generate-lock-entry global help import info
init install licenses link list login logout npm outdated owner pack patch patch-commit plugin policies publish rebuild
remove search set stage tag team unlink unplug up upgrade upgrade-interactive version versions why
"""
_PNPM = """
add approve-builds audit bin cache config create dedupe deploy doctor env fetch i import info init install licenses link
list ll ls outdated pack patch patch-commit prune publish rb rebuild remove rm root search self-update server setup show
store un uninstall unlink up update upgrade view why
"""
_BUN = "add audit build create i info init install link outdated patch pm publish remove unlink update upgrade why"
_COMPOSER = """
archive audit browse bump check-platform-reqs clear-cache config create-project depends diagnose dump-autoload fund
global home info init install licenses outdated prohibits reinstall remove repository require search self-update show
status suggests update validate why why-not
"""
_NX = """
add connect daemon format:check format:write generate g graph import list login migrate repair report reset show
"""
_OWN = {"yarn": _YARN, "pnpm": _PNPM, "bun": _BUN, "composer": _COMPOSER, "nx": _NX}
_RUN = frozenset({"run", "run-script", "rum", "urn", "exec", "x", "dlx"})
_TAKES_VALUE = frozenset({"--filter", "-F", "--cwd", "--prefix", "-C", "--dir", "-w", "--workspace", "-c", "--project"})
# GitHub's own action that runs JavaScript.
GITHUB_SCRIPT = "actions/github-script"
_GIVES_UP = re.compile(r"setFailed|throw\b|process\.exit")


def named_by(words: tuple[str, ...]) -> tuple[str, ...]:
    """Give the words of a command of RUNNERS that name what it runs; none where it looks after packages.

    npm run deploy -> deploy, yarn deploy -> deploy, yarn workspace api deploy -> deploy
    npm run build --workspace deploy -> build
    npm view heroku, yarn workspaces focus heroku, pnpm deploy, poetry show heroku -> nothing
    make -C app deploy -> -C, app, deploy
    """
    program = words[0].rpartition("/")[2]
    if program == "npm" or program in ENVIRONMENTS - {"pdm"}:
        at = next((at for at, word in enumerate(words) if at and word in _RUN), None)
        named = words[at + 1 :] if at is not None else ()
        return without_packages(named) if program == "npm" else named
    own = _OWN.get(program)
    if own is None:
        return words[1:]
    rest = _positional(words[1:])
    if program == "yarn" and rest[:1] == ("workspace",):
        return named_by((program, *rest[2:])) if rest[2:] else ()
    if program == "yarn" and rest[:1] == ("workspaces",):
        return rest[2:] if rest[1:2] in {("run",), ("foreach",)} else ()
    return () if rest[:1] and rest[0] in own.split() else rest


def without_packages(words: tuple[str, ...]) -> tuple[str, ...]:
    """Give words without the options that say for which package a command is, and their values; up to a `--`."""
    at = next((at for at, word in enumerate(words) if word == "--" or word in OF_PACKAGE), None)
    if at is None or words[at] == "--":
        return words
    return (*words[:at], *without_packages(words[at + 2 :]))


def _positional(words: tuple[str, ...]) -> tuple[str, ...]:
    """Give words from the first on that is no option, nor the value of one."""
    at = 0
    while at < len(words) and words[at].startswith("-"):
        at += 2 if words[at] in _TAKES_VALUE else 1
    return words[at:]


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
