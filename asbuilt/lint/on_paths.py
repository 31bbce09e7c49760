"""Which files of a checkout lead to an app: of these the linters are asked, where an estate wants no more."""

from collections.abc import Iterator

from asbuilt.workflows.files.sources import folder_of_action, is_action
from asbuilt.workflows.files.workflow import WorkflowFile
from asbuilt.workflows.paths.checkout import Checkout

_FOLLOWS = "workflow_run"


def on_paths(checkout: Checkout) -> frozenset[str]:
    """Give the paths of the workflow files and actions that stand on a way to an app, open or shut.

    With a file stands all that it calls and uses, what calls it, and the workflows whose runs it follows. What was not
    read may lead anywhere and use anything: then all files are given. One that is no YAML is given for itself.
    """
    files, sources = checkout.workflow_files, checkout.sources
    documents = [*(each.document for each in files), *(each.document for each in sources.actions.values())]
    if checkout.unread:
        return frozenset((*(each.path for each in documents), *actions_of(checkout)))
    deploying = {each.workflow_file.path for each in checkout.deploy_steps}
    deploying |= {each.workflow for each in checkout.deploy_paths}
    deploying |= {each.workflow for each in checkout.blocked_paths}
    wanted = [each for each in files if deploying & {one.path for one in sources.documents_of(each)}]
    found: dict[str, WorkflowFile] = {}
    while wanted:
        each = wanted.pop()
        if each.path not in found:
            found[each.path] = each
            wanted += _followed(each, checkout)
    there = {one.path for each in found.values() for one in sources.documents_of(each)}
    used = {folder_of_action(one.step) for each in found.values() for one in sources.steps_of(each)}
    there |= {each for each in actions_of(checkout) if each.rpartition("/")[0] in used}
    return frozenset((*there, *(each.path for each in documents if each.root is None)))


def actions_of(checkout: Checkout) -> tuple[str, ...]:
    """Give the paths of every action that a checkout defines, composite or not, read or not."""
    read = {path for path in checkout.contents if is_action(checkout.names.get(path, path)) and path in checkout.files}
    unread = {each.path for each in checkout.sources.actions.values() if each.document.unread is not None}
    return tuple(sorted(read | unread))


def _followed(file: WorkflowFile, checkout: Checkout) -> Iterator[WorkflowFile]:
    """Give the workflows whose runs a workflow follows."""
    for trigger in file.triggers:
        for name in trigger.workflows if trigger.event == _FOLLOWS else ():
            yield from checkout.sources.by_name.get(name.text, ())
