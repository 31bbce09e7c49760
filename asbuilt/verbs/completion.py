"""`asbuilt completion`: a script with which a shell completes verbs, options, controls, worlds, apps."""

from enum import StrEnum
from typing import Annotated

import typer


class Shell(StrEnum):
    """The shells that there is a script for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


# bash reads each name as it comes: a list that is made by splitting would be matched against files.
# https://www.gnu.org/software/bash/manual/html_node/Programmable-Completion.html
_BASH = """\
_asbuilt() {
    local each
    COMPREPLY=()
    while IFS= read -r each; do
        COMPREPLY+=("$each")
    done < <("${COMP_WORDS[0]}" __complete bash "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _asbuilt asbuilt
"""
# https://zsh.sourceforge.io/Doc/Release/Completion-System.html
_ZSH = """\
#compdef asbuilt
_asbuilt() {
    local -a found
    found=("${(@f)$("${words[1]}" __complete zsh "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    if [[ -n "$found" ]]; then
        compadd -Q -- "${found[@]}"
    else
        _files
    fi
}
if [[ "$funcstack[1]" = "_asbuilt" ]]; then
    _asbuilt "$@"
else
    compdef _asbuilt asbuilt
fi
"""
# https://fishshell.com/docs/current/cmds/complete.html
_FISH = """\
function __asbuilt_complete
    set -l words (commandline -opc) (commandline -ct)
    command $words[1] __complete fish $words[2..-1] 2>/dev/null
end
complete -c asbuilt -a '(__asbuilt_complete)'
"""
SCRIPTS = {Shell.BASH: _BASH, Shell.ZSH: _ZSH, Shell.FISH: _FISH}


def completion(
    shell: Annotated[Shell, typer.Argument(metavar="SHELL", help="whose script")],
) -> None:
    """Print a script with which a shell completes verbs, options, controls, worlds, and the estate's apps."""
    typer.echo(SCRIPTS[shell], nl=False)
