"""What is said of deploy paths in every drawing of them."""

from collections.abc import Iterable, Iterator

from asbuilt import texts
from asbuilt.drawing.lanes import Destination, Drawing, Lane, Shut, file_name

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def clean(text: str) -> str:
    """Make a text from a file fit for a drawing: one line, with an escape for what cannot be seen."""
    shown = " ".join(texts.line(text).split())
    return shown or ('" "' if text else "")  # a drawing must not have an empty place


def how(lane: Lane) -> str:
    """Say whether a path is set off by a person."""
    return "automatic" if lane.path.automatic else "by hand"


def place(lane: Lane) -> str:
    """Say where the deploying step stands: the file and its line."""
    return f"{clean(file_name(lane.path.file))}:{lane.path.line}"


def job(lane: Lane) -> str:
    """Name the job that deploys, and where it does."""
    return f"{clean(lane.path.job)} in {place(lane)}"


def caller(lane: Lane) -> str | None:
    """Name the workflow that a path begins in, where the deploying step stands in another file."""
    path = lane.path
    return f"started by {clean(file_name(path.workflow))}" if path.workflow != path.file else None


def way(lane: Lane) -> str:
    """Say what sets a path off: the event with its types, and its refs or inputs."""
    trigger = lane.path.trigger
    return clean(f"{event(lane)}{lane.path.way.removeprefix(trigger)}")


def event(lane: Lane) -> str:
    """Name the event that sets a path off, with the types that its workflow asks for."""
    return f"{lane.path.trigger} ({', '.join(lane.path.types)})" if lane.path.types else lane.path.trigger


def lack(lane: Lane, gate: str) -> str:
    """Say that a path lacks a declared gate; one that only stands before it, and does not hold it, is declared."""
    if against := lane.against_gate(gate):
        return f"declared, and does not hold: {clean(gate)} ({listed(against)})"
    return f"lacks {clean(gate)}"


def found(lane: Lane) -> Iterator[str]:
    """Say what controls find on a path: the id, the fact, the place."""
    for each in lane.found:
        word = "waived: " if each.accepted else "cannot be told: " if each.finding.open else ""
        at = f" ({clean(file_name(each.finding.place))})" if each.finding.place else ""
        yield f"{each.control} {word}{clean(each.finding.fact)}{at}"


def against(lane: Lane) -> Iterator[tuple[str, bool]]:
    """Name the controls that find something on a path, and say whether that is amiss: for a picture, which is small."""
    kinds = (
        ("found by", [each for each in lane.found if each.is_amiss]),
        ("cannot be told:", [each for each in lane.found if not each.is_amiss and not each.accepted]),
        ("waived:", [each for each in lane.found if each.accepted]),
    )
    for word, those in kinds:
        if controls := dict.fromkeys(each.control for each in those):
            yield f"{word} {listed(controls)}", any(each.is_amiss for each in those)


def shut(way: Shut) -> str:
    """Say which way is shut, and by what."""
    path = way.path
    first = clean(path.way) or "nothing"
    at = f"{clean(file_name(path.step.document.path))}:{path.step.placed.mark.line}"
    to = clean(path.app) if path.app else "an app that is not known before the run"
    return f"{to}: {first} never gets to {clean(path.step.job.id)} in {at}: {'; '.join(map(clean, way.why))}"


def environment(lane: Lane) -> str:
    """Say which environment a path goes through."""
    return clean(lane.path.environment or ("not known" if lane.path.is_environment_open else "none"))


def concurrency(lane: Lane) -> str:
    """Say what keeps two deploys from running at once."""
    return f"concurrency {clean(lane.path.concurrency)}" if lane.path.concurrency else "no concurrency"


def check(lane: Lane) -> str:
    """Say what looks at the app after the deploy."""
    return f"then {'; '.join(map(clean, lane.path.verified_by))}" if lane.path.verified_by else "no check after it"


def notes(lane: Lane) -> Iterator[str]:
    """Say what a reader must know of a path beyond its columns."""
    if lane.path.undecided:
        yield f"undecided: {clean(lane.path.undecided)}"
    yield from (f"note: {clean(remark)}" for remark in lane.path.notes)


def name(destination: Destination) -> str:
    """Name a destination."""
    if destination.app is None:
        return "review apps" if destination.review else "an app that is not known before the run"
    return clean(destination.app)


def standing(destination: Destination, drawing: Drawing) -> str:
    """Say what an app is by the estate; nothing where there is no estate, or no app."""
    if destination.declared is not None:
        return destination.declared.tier
    return "not declared" if drawing.estate and destination.app else ""


def ownership(destination: Destination) -> str:
    """Say which workflow files deploy an app."""
    owners = [clean(each) for each in destination.owners]
    if not owners:
        return "no deploy path leads to it"
    if len(owners) == 1:
        return f"owner: {owners[0]}"
    return f"{_number(len(owners))} owners: {listed(owners)}"


def summary(drawing: Drawing) -> str:
    """Say in one sentence how many paths lead where, and which apps have no path or more than one owner."""
    return "; ".join(clauses(drawing))


def description(drawing: Drawing) -> str:
    """Say what a picture shows, for whoever cannot see it: the summary, and what each path lacks."""
    amiss = (
        f"{way(lane)} to {name(destination)} ({how(lane)}): {'; '.join(lacking(lane))}"
        for destination in drawing.destinations
        for lane in destination.lanes
        if lane.is_amiss
    )
    return ". ".join((summary(drawing), *amiss))


def lacking(lane: Lane) -> Iterator[str]:
    """Say what the estate asks for and a path has not."""
    if lane.lacks:
        yield f"lacks {listed(map(clean, lane.lacks))}"
    if lane.expected_environment:
        through = clean(lane.path.environment or "no environment")
        yield f"goes through {through}, expected {clean(lane.expected_environment)}"
    if against := dict.fromkeys(each.control for each in lane.found if each.is_amiss):
        yield f"found by {listed(against)}"


def clauses(drawing: Drawing) -> list[str]:
    """Give the parts of the summary."""
    reached = [each for each in drawing.destinations if each.lanes]
    alone = [name(each) for each in drawing.destinations if not each.lanes]
    if not reached:
        return [_nothing(drawing, alone)]
    told = [f"{counted(len(drawing.lanes), 'path')}: {', '.join(map(_share, reached))}"]
    if shared := [each for each in reached if each.app and each.owners[1:]]:
        first, *others = shared
        told.append(", ".join((_shared_by(first, " workflows"), *map(_shared_by, others))))
    if alone:
        told.append(f"none leads to {listed(alone)}")
    return told


def counted(number: int, noun: str) -> str:
    """Give a number with its noun."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def listed(names: Iterable[str]) -> str:
    """Give names as a person lists them: a, b and c."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _share(destination: Destination) -> str:
    automatic = sum(lane.path.automatic for lane in destination.lanes)
    return f"{len(destination.lanes)} to {name(destination)} ({automatic or 'none'} automatic)"


def _shared_by(destination: Destination, noun: str = "") -> str:
    return f"{_number(len(destination.owners))}{noun} own {name(destination)}"


def _nothing(drawing: Drawing, apps: list[str]) -> str:
    """Say that there is no path, and why, where nothing was left out."""
    to = f" leads to {listed(apps)}" if apps else ""
    if drawing.found:
        return f"no deploy path{to}"
    if not drawing.files and not drawing.unread:
        return f"no deploy path{to}: there is no workflow file in .github/workflows"
    unread = f", and {len(drawing.unread)} could not be read" if drawing.unread else ""
    return f"no deploy path{to}: nothing in {counted(drawing.files, 'workflow file')} deploys to Heroku{unread}"


def _number(number: int) -> str:
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
