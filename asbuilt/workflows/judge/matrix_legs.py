"""Whether a leg of a matrix that fails cuts short a deploy that another leg has begun.

`fail-fast` is on by default: the first leg that fails cancels all that are in progress or wait. Source:
https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategyfail-fast
"""

from collections.abc import Iterator

from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.expressions.values import number_of
from asbuilt.workflows.judge.undecided import quoted
from asbuilt.workflows.paths.deploy_path import DeployPath
from asbuilt.workflows.run import matrix
from asbuilt.workflows.run.contexts import known_text
from asbuilt.workflows.run.job_runs import Leg
from asbuilt.workflows.run.reach import is_on
from asbuilt.workflows.yaml.document import Mapping, Scalar, text_of
from asbuilt.workflows.yaml.finding import Finding


def cancelled_by_others(path: DeployPath) -> Iterator[Finding]:
    """Give each matrix in which another leg that fails cancels a deploy; none where legs run one by one.

    At its `fail-fast`, or its `strategy`. Open where only the run tells whether there is another leg, or what the
    setting is.
    """
    for leg in path.run.legs:
        strategy = leg.job.node.get("strategy")
        if leg.job.matrix is None or not isinstance(strategy, Mapping):
            continue
        written = strategy.get("fail-fast")
        setting = known_text(text_of(written) or "", leg.context) if isinstance(written, Scalar) else "true"
        others = _others(leg)
        if (setting or "").strip().lower() == "false" or others == 0 or _one_by_one(strategy, leg):
            continue
        mark = strategy.place("fail-fast") if "fail-fast" in strategy else leg.job.place("strategy")
        caller = path.caller if leg is path.run.last else ""
        document = leg.workflow_file.document
        if setting is None or others is None:
            what = quoted(text_of(written) or "") if setting is None else "the rows of the matrix"
            fact = f"cannot be told whether another leg cancels a deploy of {path.app} half-way: {what} on line"
            yield document.open_finding(mark, f"{fact} {mark.line}{caller}", "fail-fast: false")
            continue
        yield document.finding(
            mark,
            f"another leg of the matrix that fails cancels a deploy of {path.app} half-way ({path.way}): "
            f"fail-fast is {'true' if written is not None else 'on by default'}{caller}",
            "fail-fast: false" if written is not None else "add to strategy: fail-fast: false",
        )


def _others(leg: Leg) -> int | None:
    """Give how many other legs can fail; None where that is not known. One that is let fail cancels nothing."""
    outer = {name: value for name, value in leg.context.items() if name != "matrix"}
    rows = list(matrix.combinations(leg.job.matrix, outer))
    if any(isinstance(row, Unknown) for row in rows):
        return None
    counting: list[bool] = [is_on(leg.job.continue_on_error, {**outer, "matrix": row}) is not True for row in rows]
    own = leg.context["matrix"]
    return len([row for row, counts in zip(rows, counting, strict=True) if counts and row != own])


def _one_by_one(strategy: Mapping, leg: Leg) -> bool:
    """Tell whether one leg runs at a time: what is cancelled then has not begun."""
    most = strategy.get("max-parallel")
    value = known_text(text_of(most) or "", leg.context) if isinstance(most, Scalar) else None
    return value is not None and number_of(value) == 1
