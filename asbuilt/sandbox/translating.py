"""Say the changes of a fault of other subjects: their names, their versions, their branches, their jobs."""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from asbuilt.sandbox.building import derived_sha
from asbuilt.sandbox.edits import apply
from asbuilt.sandbox.reading import ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asbuilt.sandbox.edits import Edit
    from asbuilt.sandbox.roles import Choice, Roles


@dataclass(frozen=True, slots=True)
class Part:
    """Who plays a part in the world that a fault is written for, and who does in the one that it is laid over."""

    was: Choice
    now: Choice


@dataclass(frozen=True, slots=True)
class Translation:
    """Both worlds, and who plays which part. What has no counterpart raises LookupError, with what is lacking."""

    written: Roles
    world: Roles
    parts: tuple[Part, ...]

    def edits(self, edits: Iterable[Edit]) -> tuple[Edit, ...]:
        """Give changes in the words of the other world, each tried there. Raises LookupError."""
        tried = copy.deepcopy(self.world.document)
        tried.setdefault("answers", [])
        found = []
        for each in edits:
            said = self._edit(each)
            try:
                apply(tried, said)
            except ScenarioError as error:
                raise LookupError(f"does not have what it changes ({error})") from error
            found.append(said)
        return tuple(found)

    def _edit(self, edit: Edit) -> Edit:
        match edit.at:
            case ("heroku", "apps", app, *rest):
                part = self._part(app=str(app))
                at = ("heroku", "apps", part.now.app, *self._in_app(part, rest))
                return replace(edit, at=at, value=self._of_app(part, rest, edit.value))
            case ("github", "repositories", repository, *rest):
                part = self._part(repository=str(repository))
                at = ("github", "repositories", part.now.repository, *self._in_repository(part, rest))
                return replace(edit, at=at, value=self._of_repository(part, rest, edit.value))
            case ("answers",):
                return replace(edit, value=self._answer(edit.value))
            case _:
                return edit

    def _part(self, **name: str) -> Part:
        ((key, value),) = name.items()
        for each in self.parts:
            if getattr(each.was, key) == value and getattr(each.now, key):
                return each
        raise LookupError(f"has no {key} that stands for {value}")

    def _in_app(self, part: Part, rest: list[Any]) -> Iterator[Any]:
        was, now = part.was.app or "", part.now.app or ""
        for step in rest:
            if isinstance(step, dict) and "version" in step:
                deployed = step["version"] == self.written.deploy(was)
                version = self.world.deploy(now) if deployed else self._version(part, step["version"])
                if version is None:
                    raise LookupError("was never deployed")
                yield {**step, "version": version}
            elif isinstance(step, str) and step.startswith("/"):
                yield self._path(part, step)
            elif step == rest[-1] and rest[:1] == ["formation"] and len(rest) == 2:  # noqa: PLR2004 - a process type
                known = self.written.apps[was].get("formation") or {}
                yield step if step in known else _other(step, self.world.apps[now].get("formation") or {})
            else:
                yield step

    def _path(self, part: Part, path: str) -> str:
        """Give the probe that stands for a path: one of that path, else the first with a body."""
        answers = self.world.apps[part.now.app or ""].get("responses") or {}
        app = self.world.estate.apps.get(part.now.app or "") if self.world.estate else None
        bodies = [each.path for each in app.probes if each.asks_for_body] if app else []
        found = next(
            (each for each in (path, *bodies, *answers) if each in answers and each in (bodies or answers)), None
        )
        if found is None:
            raise LookupError("answers no probe")
        return str(found)

    def _version(self, part: Part, version: int) -> int:
        return self.world.newest(part.now.app or "") + version - self.written.newest(part.was.app or "")

    def _of_app(self, part: Part, rest: list[Any], value: Any) -> Any:
        if isinstance(value, dict):
            found = {**value, **{each: self._version(part, value[each]) for each in ("release",) if each in value}}
            if rest == ["releases"]:
                found["version"] = self._version(part, value["version"])
                return self._with_commit(part, found)
            return found
        if rest[-1:] == ["release"]:
            return self._version(part, value)
        if rest[-1:] == ["quantity"] and value:
            return self._most(part, str(rest[-2])) + value - 1
        return value

    def _most(self, part: Part, kind: str) -> int:
        app = self.world.estate.apps.get(part.now.app or "") if self.world.estate else None
        if app and kind in app.formation:
            return app.formation[kind].most
        return int(self.world.apps[part.now.app or ""]["formation"][kind].get("quantity", 1))

    def _with_commit(self, part: Part, release: dict[str, Any]) -> dict[str, Any]:
        """Give a release the commit that the app runs there, where it has one that an app of its own world runs."""
        if release.get("slug") not in {self.written.commit(each) for each in self.written.apps}:
            return release
        commit = self.world.commit(part.now.app or "")
        return {**release, "slug": commit, "description": f"Deploy {(commit or '')[:8]}"} if commit else release

    def _in_repository(self, part: Part, rest: list[Any]) -> Iterator[Any]:
        kind = rest[0] if rest else None
        for index, step in enumerate(rest):
            if kind == "environments" and index == 1:
                yield self._environment(part, str(step))
            elif kind == "workflows" and index == 1:
                yield self._workflow(part, str(step), new=True)
            elif kind == "runs" and isinstance(step, dict):
                of_schedule = step.get("event") == "schedule" and part.now.kind == "workflow"
                found = {**step, "workflow": part.now.workflow} if of_schedule else self.world.run_of(part.now)
                if found is None:
                    raise LookupError("has no run that deployed it by a declared deploy")
                yield found
            else:
                yield step

    def _of_repository(self, part: Part, rest: list[Any], value: Any) -> Any:
        there = self.world.repositories[part.now.repository or ""]
        match rest:
            case ["runs"]:
                return self._run(part, value)
            case ["runs", _, "environment"]:
                others = [each for each in there.get("environments") or {} if each != part.now.environment]
                return (
                    value if value in others else next(iter(others), _other(value, {str(part.now.environment): None}))
                )
            case ["default_branch"]:
                return self._branch(part, value)
            case ["environments", name, "wait_timer"]:
                now = there["environments"][self._environment(part, name)].get("wait_timer", 0)
                return value if value != now else value + 30
            case ["environments", name, "deployment_branches"] if isinstance(value, str):
                now = there["environments"][self._environment(part, name)].get("deployment_branches") or ()
                return _other(value, dict.fromkeys(now))
            case _:
                return value

    def _environment(self, part: Part, name: str) -> str:
        """Give the environment that stands for one; of a new one, a name that is new there as well."""
        here = self.written.repositories[part.was.repository or ""].get("environments") or {}
        there = self.world.repositories[part.now.repository or ""].get("environments") or {}
        if name in here:
            if part.was.environment in (None, name) and part.now.environment:
                return part.now.environment
            raise LookupError(f"has no environment that stands for {name}")
        slipped = next((each for each in here if sorted(each.lower()) == sorted(name.lower())), None)
        if slipped is None:
            return _other(name, there)
        meant = part.now.environment or next(iter(there), "")
        for at in range(len(meant) - 2, -1, -1):
            found = meant[:at] + meant[at + 1] + meant[at] + meant[at + 2 :] if at + 1 < len(meant) else meant
            if found.lower() not in {each.lower() for each in there}:
                return found
        raise LookupError("has no environment whose name could be misspelled")

    def _workflow(self, part: Part, name: str, *, new: bool = False) -> str:
        here = self.written.repositories[part.was.repository or ""].get("workflows") or {}
        there = self.world.repositories[part.now.repository or ""].get("workflows") or {}
        if name not in here:
            return _other(name, there) if new else name
        if part.now.workflow and part.was.workflow in (None, name):
            return part.now.workflow
        own = part.now.workflow
        others = [each for each in there if each != own]
        if not others:
            raise LookupError(f"has no other workflow that stands for {name}")
        return str(others[0])

    def _branch(self, part: Part, name: str) -> str:
        """Give the default branch for the default one, and a new one for any other."""
        here = self.written.repositories[part.was.repository or ""].get("default_branch", "main")
        there = self.world.repositories[part.now.repository or ""].get("default_branch", "main")
        if name == here:
            return str(there)
        return name if name != there else str(here)

    def _run(self, part: Part, run: dict[str, Any]) -> dict[str, Any]:
        """Give runs of the workflow that stands for theirs; of a declared deploy, by its event, its job, its branch."""
        was = part.was
        said = {**run, "workflow": self._workflow(part, run["workflow"])}
        if "branch" in run:
            said["branch"] = self._branch(part, run["branch"])
        deploys = was.way is not None and (run["workflow"], run["event"]) == (
            was.way.workflow.name,
            was.way.deploy.trigger,
        )
        if not deploys:
            return said
        index = self.world.run_of(part.now)
        if index is None or part.now.way is None:
            raise LookupError("has no run that deployed it by a declared deploy")
        real = self.world.repositories[part.now.repository or ""]["runs"][index]
        said |= {"event": real["event"], "branch": real.get("branch", said.get("branch"))}
        jobs = real.get("jobs") or {}
        name = real.get("deploys") or next((each for each in jobs if "deploy" in each), next(reversed(jobs), "deploy"))
        said["jobs"] = {name if each == "deploy" else each: end for each, end in (run.get("jobs") or {}).items()}
        if "jobs" in said and name in said["jobs"]:
            said["deploys"] = name
        if run.get("environment") == was.environment and was.environment is not None:
            said.pop("environment")
            if real.get("environment"):
                said["environment"] = real["environment"]
        elif "environment" in run:
            said["environment"] = self._environment(part, run["environment"])
        commits = {self.written.commit(each) for each in self.written.apps}
        if run.get("sha") in commits and part.now.app and (commit := self.world.commit(part.now.app)):
            said["sha"] = commit
        elif "sha" not in run and real["event"] != "push":  # of a commit that is newer than what runs
            said["sha"] = derived_sha(part.now.repository, name, run.get("last"))
        return said

    def _answer(self, answer: dict[str, Any]) -> dict[str, Any]:
        text = json.dumps(answer)
        for each in self.parts:
            was, now = each.was, each.now
            if was.app and now.app and was.app in text:
                host = self.written.host(was.app)
                for path in self.written.apps[was.app].get("responses") or {}:
                    if f"{host}{path}" in text:
                        text = text.replace(f"{host}{path}", f"{self.world.host(now.app)}{self._path(each, path)}")
                text = text.replace(host, self.world.host(now.app)).replace(was.app, now.app)
                stacks = [
                    world.apps[name].get("stack", "heroku-24")
                    for world, name in ((self.written, was.app), (self.world, now.app))
                ]
                text = text.replace(*stacks)
            if now.repository:
                text = text.replace("/repos/*/*/", f"/repos/{now.repository}/")
        said: dict[str, Any] = json.loads(text)
        return said


def _other(name: str, there: dict[str, Any]) -> str:
    """Give a name that is not there yet."""
    return (
        name if name not in there else next(each for each in (f"{name}-{n}" for n in "abcdefgh") if each not in there)
    )
