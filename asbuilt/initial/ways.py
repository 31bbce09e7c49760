"""What the ways to an app say of it: its environment, its gates, and the deploys that declare them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from asbuilt.estate import App, Trigger
from asbuilt.estate_policies import refuses
from asbuilt.workflows.judge import gates as judge
from asbuilt.workflows.paths.deploy_path import DeployPath

_TRIGGERS = frozenset(get_args(Trigger))
_HEADS, _TAGS = "refs/heads/", "refs/tags/"
_ANY = frozenset({f"{_HEADS}**", f"{_TAGS}**"})
_OF_REFS = frozenset({"push"})


@dataclass(frozen=True, slots=True)
class Said:
    """What the ways to one app come to, with what somebody should look at."""

    environment: str | None = None
    gates: tuple[str, ...] = ()
    reviews: tuple[str, ...] = ()


def said_by(paths: Sequence[DeployPath]) -> Said:
    """Give the environment that the ways to an app go through, and the gates that hold all of them."""
    own = [path for path in paths if not path.review]
    if not own:
        return Said()
    reviews = [*_environment_reviews(own), *_gate_reviews(own)]
    gates = [gate for gate in own[0].gates if all(path.has_gate(gate) for path in own)]
    kept = []
    for gate in gates:
        weak = judge.holes(App(gates=(gate,)), own)
        if weak:
            reviews.append(f'job "{gate}" stands before each deploy, but is no gate: {weak[0].fact} ({weak[0].place})')
        else:
            kept.append(gate)
    environment = next((path.environment for path in own if path.environment), None)
    return Said(environment, tuple(kept), tuple(reviews))


def _environment_reviews(paths: Sequence[DeployPath]) -> Iterator[str]:
    open_ones = [path for path in paths if path.is_environment_open]
    if open_ones:
        yield f"the environment of {_way(open_ones[0])} cannot be told before a run"
    through: dict[str, list[DeployPath]] = {}
    for path in paths:
        if not path.is_environment_open:
            through.setdefault((path.environment or "").lower(), []).append(path)
    if len(through) > 1:
        each = ", ".join(f"{those[0].environment or 'none'} ({_way(those[0])})" for those in through.values())
        yield f"its deploys go through several environments: {each}"


def _gate_reviews(paths: Sequence[DeployPath]) -> Iterator[str]:
    passed: dict[str, list[str]] = {}
    for gate in dict.fromkeys(gate for path in paths for gate in path.gates):
        past = next((path for path in paths if not path.has_gate(gate)), None)
        if past is not None:
            passed.setdefault(_way(past), []).append(gate)
    if passed:
        told = ", ".join(f"{' and '.join(gates)} (not {way})" for way, gates in passed.items())
        yield f"jobs that hold some of its deploys alone are left out of its gates: {told}"


def deploys_of(path: DeployPath) -> tuple[list[dict[str, Any]], str]:
    """Give the deploys that declare a way, or why none can."""
    if path.trigger not in _TRIGGERS:
        return [], f"{path.app} is deployed by {path.trigger}, which is no trigger that an estate declares"
    deploy: dict[str, Any] = {"app": path.app, "trigger": path.trigger}
    if path.trigger == "workflow_dispatch" and path.inputs:
        deploy["inputs"] = dict(path.inputs)
    refs = [ref for ref in path.refs if ref not in _ANY]
    if path.trigger not in _OF_REFS and path.trigger != "workflow_dispatch":
        return [deploy], ""
    if not refs or len(refs) < len(path.refs):
        return [deploy], ""
    return [{**_first(deploy), **_ref(ref), **_rest(deploy)} for ref in refs if _ref(ref)], ""


def _first(deploy: Mapping[str, Any]) -> dict[str, Any]:
    return {key: deploy[key] for key in ("app", "trigger")}


def _rest(deploy: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in deploy.items() if key not in {"app", "trigger"}}


def _ref(ref: str) -> dict[str, str]:
    if ref.startswith(_HEADS):
        return {"branch": ref.removeprefix(_HEADS)}
    return {"tag": ref.removeprefix(_TAGS)} if ref.startswith(_TAGS) else {}


def is_refused(deploy: Mapping[str, Any], branches: Iterable[str] | None, default_branch: str | None) -> str:
    """Name the ref of a deploy that an environment lets nothing deploy from; empty where it does."""
    if branches is None:
        return ""
    name, is_tag = deploy.get("tag") or deploy.get("branch"), "tag" in deploy
    if deploy["trigger"] in {"workflow_run", "schedule", "repository_dispatch"}:
        name, is_tag = default_branch, False
    return str(name) if name and refuses(tuple(branches), str(name), is_tag=is_tag) else ""


def _way(path: DeployPath) -> str:
    return f"{path.workflow.rpartition('/')[2]} by {path.way}"
