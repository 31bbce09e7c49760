"""Whether all that sets off a deploy of an app is declared: each trigger, each ref, each choice.

What an environment refuses does not reach the app: only branches that may deploy to it do. Source:
https://docs.github.com/en/actions/reference/workflows-and-actions/deployments-and-environments#deployment-branches-and-tags
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from asbuilt.workflows.judge.declared import App, Estate, Repository
from asbuilt.workflows.judge.origins import comes_from_outside, trigger_mark
from asbuilt.workflows.judge.undecided import quoted
from asbuilt.workflows.judge.ways import Expected, expected
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.triggers.globs import matches
from asbuilt.workflows.triggers.refs import HEADS, TAGS, is_glob, overlap
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place

# The triggers whose refs are somebody's choice; the others run on one branch, or say which by themselves.
_OF_REFS = frozenset({"push", "workflow_dispatch", "workflow_run"})
_CHOSEN = frozenset({"choice", "boolean", "environment"})
_ANY, _PROTECTED = "@any", "@protected"

# The branches that may deploy to each environment, by its name in lower case; None where nobody says.
Branches = Mapping[str, Sequence[str] | None]


@dataclass(frozen=True, slots=True)
class _Undeclared:
    """What reaches an app on a path and is not declared, in words, and the keys of a deploy that declares it."""

    what: str
    keys: str
    instead: str


def undeclared(
    app: App, estate: Estate, repository: Repository | None, paths: Sequence[DeployPath]
) -> tuple[Finding, ...]:
    """Give the triggers that reach an app and that none of its declared deploys is; none for one that declares none.

    At the trigger. `paths` are the ways to the app, `repository` the one that its code comes from, as far as declared.
    What anybody outside can cause is for `provenance`, and a second workflow that owns the app for `ownership`. Open
    where it cannot be told whether the path is taken.
    """
    declared = expected(app, estate)
    trunk, environments = (repository.trunk, repository.environments) if repository is not None else ("main", {})
    branches = {name.lower(): each.deployment_branches for name, each in environments.items()}
    return one_for_each_place(_undeclared(app, declared, paths, branches, trunk)) if declared else ()


def _undeclared(
    app: App, declared: Sequence[Expected], paths: Sequence[DeployPath], branches: Branches, default_branch: str
) -> Iterator[Finding]:
    files = {each.workflow for each in declared}
    several = len({path.owner.path for path in paths}) > 1
    for path in paths:
        if path.review or path.trigger == "workflow_call" or comes_from_outside(path, default_branch) is not None:
            continue
        if several and not files & {path.workflow, path.owner.path}:
            continue
        found = _of_path(path, app, [each for each in declared if each.workflow == path.workflow], branches)
        if found is not None:
            yield _finding(path, app, declared, found)


def _of_path(path: DeployPath, app: App, declared: Sequence[Expected], branches: Branches) -> _Undeclared | None:
    """Say what of a path is not declared; None where all of it is."""
    alike = [each for each in declared if each.trigger == path.trigger]
    if not alike:
        return _Undeclared(
            path.way, _keys(path.refs if path.trigger == "push" else ()), f"take {path.trigger} out of `on`"
        )
    chosen = [each for each in alike if _may_be_chosen(path, each.inputs)]
    if not chosen:
        keys = ", inputs: { " + ", ".join(f"{name}: {value}" for name, value in path.inputs.items()) + " }"
        return _Undeclared(path.way, keys, "let no other choice lead to it")
    if path.trigger not in _OF_REFS:
        return None
    refs = [ref for ref in _reaching(path, branches) if not any(_covers(each, ref) for each in chosen)]
    if not refs:
        return _by_any_branch(path, app, chosen)
    if path.trigger == "workflow_dispatch" and _is_held(path, branches):
        return None
    return _Undeclared(f"{path.trigger} of {' and '.join(refs[:2])}", _keys(refs), _only(chosen))


def _may_be_chosen(path: DeployPath, inputs: Mapping[str, str]) -> bool:
    """Tell whether the choices on a path are those that are declared; what is typed takes every value."""
    triggers = path.run.entry.workflow_file.triggers
    kinds = {each.name.lower(): each.type for trigger in triggers for each in trigger.inputs}
    chosen = {name: value for name, value in inputs.items() if kinds.get(name.lower()) in _CHOSEN}
    return all(path.run.situation.may_have(*each) for each in chosen.items())


def _reaching(path: DeployPath, branches: Branches) -> Iterator[str]:
    """Give the refs of a path that its environment lets through."""
    allowed = branches.get((path.environment or "").lower())
    for ref in path.refs:
        if allowed is None or _ANY in allowed or _PROTECTED in allowed:
            yield ref
        elif is_glob(ref):
            yield from (HEADS + each for each in allowed if overlap(ref, HEADS + each))
        elif any(matches(HEADS + each, ref) for each in allowed):
            yield ref


def _is_held(path: DeployPath, branches: Branches) -> bool:
    """Tell whether the path's environment says which branches may deploy to it: then the estate declares them so."""
    allowed = branches.get((path.environment or "").lower())
    return path.is_environment_open or (allowed is not None and _ANY not in allowed)


def _covers(declared: Expected, ref: str) -> bool:
    """Tell whether a declared deploy is that of a ref. A declared tag stands for all that its trigger takes."""
    if declared.ref is None or ref == declared.ref or matches(declared.ref, ref):
        return True
    return declared.ref.startswith(TAGS) and ref.startswith(TAGS) and matches(ref, declared.ref)


def _by_any_branch(path: DeployPath, app: App, chosen: Iterable[Expected]) -> _Undeclared | None:
    """Say that any branch's code reaches a production app by hand: no environment on the way may refuse it."""
    by_hand = path.trigger == "workflow_dispatch" and app.tier == "production"
    several = [ref for ref in path.refs if is_glob(ref) and ref.startswith(HEADS)]
    if not by_hand or not several or path.environment is not None or path.is_environment_open:
        return None
    if any(each.ref is not None for each in chosen):
        return None
    named = app.environment or "production"
    return _Undeclared("workflow_dispatch of any branch, through no environment", "", f"environment: {named}")


def _keys(refs: Sequence[str]) -> str:
    """Give the keys of a declared deploy for the first of some refs; none for one of which any will do."""
    for ref in refs:
        if ref.startswith(HEADS) and ref != f"{HEADS}**":
            return f", branch: {_text(ref.removeprefix(HEADS))}"
        if ref.startswith(TAGS) and ref != f"{TAGS}**":
            return f", tag: {_text(ref.removeprefix(TAGS))}"
    return ""


def _text(name: str) -> str:
    return f'"{name}"' if is_glob(name) else name


def _only(chosen: Iterable[Expected]) -> str:
    """Give the condition that lets the declared refs alone through."""
    refs = dict.fromkeys(each.ref for each in chosen if each.ref)
    return "if: " + " || ".join(f"github.ref == '{ref}'" for ref in refs)


def _finding(path: DeployPath, app: App, declared: Sequence[Expected], found: _Undeclared) -> Finding:
    entry = path.run.entry.workflow_file
    repository = path.sources.repository or app.repository or "OWNER/NAME"
    line = f"{{ app: {app.name}, trigger: {path.trigger}{found.keys} }}"
    told = f"in the estate, at {repository} {entry.file_name}: deploys: [{line}]"
    fix = f"{found.instead}; or {told}" if found.keys or "environment" not in found.instead else found.instead
    ways = " and ".join(dict.fromkeys(each.way for each in declared if each.workflow == path.workflow)) or "other files"
    if path.reached:
        fact = f"{found.what} reaches {app.name}, and the estate declares {ways} alone{path.caller}"
        return entry.document.finding(trigger_mark(path), fact, fix)
    document, test = path.open_test or (entry.document, None)
    mark = test.mark if test is not None else trigger_mark(path)
    why = f": {quoted(test.text)} on line {mark.line}" if test is not None else ""
    fact = f"cannot be told whether {found.what} reaches {app.name}, which is not declared{why}"
    return document.open_finding(mark, fact, fix)
