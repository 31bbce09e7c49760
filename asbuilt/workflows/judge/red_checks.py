"""Whether a required check can be red: what it stands for can fail, and is seen to.

A job that is skipped because one that it needs failed reports success, and so does one that runs whatever they came to,
and asks nobody. With `continue-on-error` a job's own check still fails; that of a job that needs it does not. Sources:
https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/troubleshooting-required-status-checks
and https://docs.github.com/en/actions/reference/workflows-and-actions/expressions#status-check-functions
"""

from collections.abc import Collection, Iterator, Sequence

from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.files.sources import Sources
from asbuilt.workflows.files.workflow import Job, WorkflowFile
from asbuilt.workflows.judge.gate_steps import weak_step
from asbuilt.workflows.judge.needed_results import asks_for_results, may_be_red, works_itself
from asbuilt.workflows.judge.required_checks import names_of, runs_by_name
from asbuilt.workflows.judge.undecided import bound, fixed_names, quoted
from asbuilt.workflows.paths.deploy_path import Gate
from asbuilt.workflows.run.job_runs import JobRun, Leg
from asbuilt.workflows.run.reach import before, play, tolerates_failure
from asbuilt.workflows.yaml.document import text_of
from asbuilt.workflows.yaml.finding import Finding, one_for_each_place

_REQUESTS = ("pull_request", "pull_request_target", "merge_group")
_ENDS = {"failure": "fails", "cancelled": "is cancelled"}
_ASKING = "contains(needs.*.result, 'failure') || contains(needs.*.result, 'cancelled')"


def green_checks(workflow_file: WorkflowFile, required: Collection[str], sources: Sources) -> tuple[Finding, ...]:
    """Give why checks that are required are green where what they stand for failed; `required` are their names.

    At the `if` or the `needs` of the job that reports one, or at what lets everything through in it. Of a check that
    this workflow does not give, nothing is said. Open where a secret or a variable decides whether it runs.
    """
    return one_for_each_place(_green_checks(workflow_file, required, sources))


def _green_checks(workflow_file: WorkflowFile, required: Collection[str], sources: Sources) -> Iterator[Finding]:
    known = runs_by_name(workflow_file, sources)
    for check in required:
        found = known.get(check, ())
        runs = [run for run in found if run.situation.event in _REQUESTS]
        runs = runs or [run for run in found if run.situation.event == "push"]
        if runs and all(run.last.reached.runs is False and run.last.job.matrix is None for run in runs):
            yield from _never_runs(runs[0], check)
        for run in runs:
            if run.last.reached.runs is not False:
                yield from _of_run(run, check, required, sources)


def _never_runs(run: JobRun, check: str) -> Iterator[Finding]:
    """Say that a job is skipped on every pull request: its check is green, and nothing ran."""
    job = run.last.job
    if job.condition is not None and run.situation.event in _REQUESTS:
        yield run.last.workflow_file.document.finding(
            job.place("if"),
            f'the required check "{check}" is green on every pull request: job "{job.id}" is skipped, '
            "and that counts as success",
            "let the job run on pull_request, or require a job that does",
        )


def _of_run(run: JobRun, check: str, required: Collection[str], sources: Sources) -> Iterator[Finding]:
    leg = run.last
    job, file = leg.job, leg.workflow_file
    if job.uses is not None:  # what another repository's workflow does is not known
        return
    passed = tuple(_let_by(leg, check, _unseen(run, required, sources), sources))
    yield from passed
    gate = Gate(job.id, leg.reached.runs, job, file, leg.situation, held=False, leg=leg)
    if not passed and not asks_for_results(leg, sources):
        weak = weak_step(gate, f'the required check "{check}"', sources, before(file, job), every=False)
        yield from (weak,) if weak is not None else ()
    yield from _open(leg, check, sources)


def _open(leg: Leg, check: str, sources: Sources) -> Iterator[Finding]:
    """Say that a secret or a variable decides whether a job runs at all: where it does not, its check is green."""
    test = leg.job.condition
    names = fixed_names(text_of(test) or "")
    if test is not None and names and isinstance(leg.reached.runs, Unknown) and leg.job.matrix is None:
        fact = f'cannot be told whether the required check "{check}" can be red: {quoted(test.text)} on line'
        fix = bound(names, "VALUE", sources.repository)
        yield leg.workflow_file.document.open_finding(test.mark, f"{fact} {test.mark.line}", fix)


def _unseen(run: JobRun, required: Collection[str], sources: Sources) -> list[Job]:
    """Give the jobs before one that are no required checks themselves, and whose failure counts."""
    leg = run.last
    usual = play(leg.workflow_file, leg.situation)
    every = {id(each): each for found in runs_by_name(run.entry.workflow_file, sources).values() for each in found}
    return [
        job
        for job in before(leg.workflow_file, leg.job)
        if usual[job.id].runs is not False
        and tolerates_failure(job, leg.situation.context) is not True
        and not _is_required(
            job, [each for each in every.values() if any(one.job is job for one in each.legs)], required
        )
    ]


def _is_required(job: Job, runs: Sequence[JobRun], required: Collection[str]) -> bool:
    """Tell whether all checks that a job gives are required; of those whose names cannot be told, one of its name."""
    ends = [each for each in runs if each.last.job.uses is None]
    if ends:
        return all(any(name in required for name in names_of(each)) for each in ends)
    base = (job.name or job.id).partition("${{")[0].strip()
    return bool(base) and any(each.startswith(base) for each in required)


def _let_by(leg: Leg, check: str, jobs: Sequence[Job], sources: Sources) -> Iterator[Finding]:
    """Say which jobs before one may fail while its check is green: it is skipped then, or runs and does not ask."""
    skipped: dict[str, list[str]] = {}
    passed: dict[str, list[str]] = {}
    alone = works_itself(leg, sources) and not asks_for_results(leg, sources, in_steps=True)
    for job in jobs:
        for end in _ENDS:
            fates = play(leg.workflow_file, leg.situation, (job.id, end))
            if fates[leg.job.id].runs is False:
                if leg.job.matrix is None:  # else the names of its rows never report, and the pull request waits
                    skipped.setdefault(job.id, []).append(end)
            elif not alone and not may_be_red(leg, fates, sources):
                passed.setdefault(job.id, []).append(end)
    for found, why, key in (
        (skipped, "it is skipped then, which counts as success", "if" if leg.job.condition is not None else "needs"),
        (passed, _why_passed(leg, sources), "if" if leg.job.condition is not None else "needs"),
    ):
        if found:
            ends = [end for end in _ENDS if any(end in each for each in found.values())]
            yield leg.workflow_file.document.finding(
                leg.job.place(key),
                f'the required check "{check}" is green where {_named(list(found))} '
                f"{' or '.join(_ENDS[end] for end in ends)}: {why}",
                _fix(leg, list(found)),
            )


def _why_passed(leg: Leg, sources: Sources) -> str:
    return "what is asked of it lets that pass" if asks_for_results(leg, sources) else "no step asks for its result"


def _named(jobs: Sequence[str]) -> str:
    first, *others = jobs
    return f'job "{first}"' + (f" (or {len(others)} more)" if others else "")


def _fix(leg: Leg, jobs: Sequence[str]) -> str:
    """Give what makes a check red where a job before it fails; only of jobs that it needs itself can it ask."""
    needs = [need.text for need in leg.job.needs]
    lacking = [each for each in jobs if each.lower() not in {need.lower() for need in needs}]
    return (
        f"needs: [{', '.join((*needs, *lacking))}], and " if lacking else ""
    ) + f'if: always(), and as its first step: {{ if: "{_ASKING}", run: exit 1 }}'
