"""Which branches and tags an event can come from: GitHub's filter patterns, and the refs that they stand for.

Source: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from asbuilt.workflows.expressions.evaluate import Unknown
from asbuilt.workflows.triggers.globs import matches

HEADS, TAGS = "refs/heads/", "refs/tags/"
_SPECIAL = frozenset("*?+[]!\\")


@dataclass(frozen=True, slots=True)
class Ref:
    """One ref, or all the refs of a pattern but for some: `pattern` as it is shown, `value` as expressions see it.

    `kind` is what its value begins with: HEADS, TAGS or a longer beginning. `pattern` is in full, `refs/heads/main` or
    `refs/heads/release/**`, and empty where there is nothing to show. `value` is a text where it is one ref, else an
    `Unknown` that says how they begin and which they are not.
    """

    kind: str
    pattern: str
    value: str | Unknown

    @property
    def short(self) -> str | Unknown:
        """The name without `refs/heads/` or `refs/tags/`.

        As `github.ref_name` is: a text, or an `Unknown` with the same exceptions, in short.
        """
        if isinstance(self.value, str):
            return self.value.removeprefix(self.kind)
        return Unknown(
            truth=True,
            prefix=self.value.prefix.removeprefix(self.kind),
            excluded=frozenset(each.removeprefix(self.kind) for each in self.value.excluded),
            excluded_prefixes=frozenset(each.removeprefix(self.kind) for each in self.value.excluded_prefixes),
        )


def refs_of(
    kind: str, patterns: tuple[str, ...] | None, ignored: tuple[str, ...] | None, mentioned: Iterable[str]
) -> Iterator[Ref]:
    """Give the refs of one kind that pass a filter.

        HEADS, ("main", "release/**"), None, () -> refs/heads/main, refs/heads/release/**
        TAGS, None, None, ("refs/tags/v*",)     -> refs/tags/v*, refs/tags/** but for those

    `patterns` and `ignored` are the two halves of a filter, without `refs/heads/`; None for what is not written. Refs
    that are written out come first, then one for each pattern.

    Each ref that the workflow itself mentions stands alone, because its expressions may treat it apart; so do those
    with a beginning that it mentions, as `refs/tags/v*`. All the others of a pattern behave alike and are one.
    """
    positive = ["**"] if patterns is None else [pattern for pattern in patterns if not pattern.startswith("!")]
    own = {name.removeprefix(kind) for name in mentioned if name.startswith(kind) or not name.startswith("refs/")}
    names = {name for name in own if not name.endswith("*")}
    beginnings = sorted({name[:-1] for name in own if name.endswith("*")} - {""})
    alone = dict.fromkeys(pattern for pattern in positive if not is_glob(pattern))
    alone |= dict.fromkeys(name for name in sorted(names) if any(matches(pattern, name) for pattern in positive))
    for name in alone:
        if passes(name, patterns, ignored):
            yield Ref(kind, kind + name, kind + name)
    # A name that is mentioned stands alone where it passes, and is none of the pattern's where it does not.
    excluded = frozenset(kind + name for name in (*alone, *names))
    for pattern in filter(is_glob, positive):
        yield from _refs_of_pattern(kind, pattern, beginnings, excluded)


def _refs_of_pattern(kind: str, pattern: str, beginnings: list[str], excluded: frozenset[str]) -> Iterator[Ref]:
    """Give the refs of a pattern, but for some: those of each beginning that it covers, and the others."""
    fixed = _fixed(pattern)
    inside = [each for each in beginnings if each.startswith(fixed) and pattern in {f"{fixed}*", f"{fixed}**"}]
    for beginning in dict.fromkeys((*inside, fixed)):
        others = frozenset(kind + each for each in inside if each.startswith(beginning) and each != beginning)
        shown = pattern if beginning == fixed else f"{beginning}*"
        yield Ref(kind, kind + shown, Unknown(True, kind + beginning, excluded, others))  # noqa: FBT003 - its truth


def is_glob(pattern: str) -> bool:
    """Tell whether a pattern stands for more than one name.

    By its characters alone: `[a]` and `a?` do, and so does a `!` or a backslash in it.
    """
    return not _SPECIAL.isdisjoint(pattern)


def overlap(one: str, other: str) -> bool:
    """Tell whether a name can match both of two filter patterns; of two that stand for many, as far as they begin.

    So of two with a `*` in them, True may be one too many: `a*x` and `a*y` overlap. False is certain.
    """
    if not is_glob(one) or not is_glob(other):
        return matches(one, other) or matches(other, one)
    return _fixed(one).startswith(_fixed(other)) or _fixed(other).startswith(_fixed(one))


def broadest(refs: Iterable[str]) -> tuple[str, ...]:
    """Give some refs without those that a pattern among them covers.

        refs/heads/main, refs/heads/**, refs/heads/main -> refs/heads/**

    In their order, each once. Patterns all stay, also those that another one covers.
    """
    found = tuple(dict.fromkeys(refs))
    patterns = [ref for ref in found if is_glob(ref)]
    return tuple(ref for ref in found if ref in patterns or not any(matches(pattern, ref) for pattern in patterns))


def passes(name: str, patterns: tuple[str, ...] | None, ignored: tuple[str, ...] | None) -> bool:
    """Tell whether a name passes a filter: of its patterns the last that matches decides.

        ("**", "!main") lets `main` not through, ("!main", "**") does

    None for `patterns` or `ignored` is a filter that is not written, and lets everything through; an empty one of
    `patterns` lets nothing through. What is `ignored` never passes.
    """
    if any(matches(pattern, name) for pattern in ignored or ()):
        return False
    passed = patterns is None
    for pattern in patterns or ():
        if pattern.startswith("!") and matches(pattern[1:], name):
            passed = False
        elif not pattern.startswith("!") and matches(pattern, name):
            passed = True
    return passed


def _fixed(pattern: str) -> str:
    """Give what every match of a pattern begins with: what precedes its first special character.

    The character before `?` and `+` belongs to them.
    """
    end = next((index for index, character in enumerate(pattern) if character in _SPECIAL), len(pattern))
    if pattern[end : end + 1] == "?":
        end -= 1
    return pattern[: max(end, 0)]


def told(refs: Sequence[str]) -> tuple[str, ...]:
    """Give refs as a person says them: nothing where they are all that there are."""
    return () if {f"{HEADS}**", f"{TAGS}**"} <= set(refs) else tuple(refs)
