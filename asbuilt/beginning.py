"""How a run begins: what it is about, its world and its directory, decided once and handed to the workers of xdist."""

import os
from contextlib import ExitStack
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from asbuilt import catalogue, discovery, faults, handed, keeping, options, refusals, undeclared
from asbuilt.base import found_at
from asbuilt.collecting import Collecting
from asbuilt.controller import Controller
from asbuilt.ending import GATHERING, XML
from asbuilt.estate import Estate, load, refuse_empty, source_of
from asbuilt.gathering import Gathering
from asbuilt.handed import handed_to
from asbuilt.lint.keep import plain
from asbuilt.model import dump
from asbuilt.model import load as load_observation
from asbuilt.option_values import OptionError
from asbuilt.options import Asked
from asbuilt.record.directory import BASE, ESTATE, JOURNAL, LINT, new_directory, point_latest, today
from asbuilt.record.journal import Journal
from asbuilt.record.kept_checkouts import keep
from asbuilt.record.writing import write_bytes, write_json
from asbuilt.recorded_inputs import Inputs, inputs_of
from asbuilt.run import FILES, Run, prepared
from asbuilt.scope import checkouts_of, meant_by, scope_of
from asbuilt.world import World, choose

CLOSING = pytest.StashKey[ExitStack]()
WORLD = pytest.StashKey[World]()
_DIRECTORY = "asbuilt_directory"
_OBSERVATION = "asbuilt_observation"
_WORLD = "asbuilt_world"


def begun(config: pytest.Config) -> Run:
    """Decide what the run is about, and begin it; one that was handed over in memory is decided already.

    Raises what a user can get wrong: BrokenChecksError, EstateError, OptionError.
    """
    decided = handed_to(config)
    return handed.begun(config, decided.run) if decided else _decided(config)


def _decided(config: pytest.Config) -> Run:
    """Decide by the options what the run is about. Raises as `begun` does."""
    asked = options.asked(config)
    refusals.refuse_what_contradicts(config, asked)
    found = discovery.find(asked.estate, os.environ, config.invocation_params.dir)
    path = config.invocation_params.dir / found.path
    live = options.asks_for_live(config)
    is_there = found.is_there or live
    source = source_of(found) if is_there else undeclared.SOURCE
    checks = judged = catalogue.checks()
    if _is_copy(config.rootpath):
        judged = catalogue.checks(config.rootpath)
        checks = (*checks, *judged)
    estate = load(found.path, {control.id: control.since for _, control in checks}, source)
    if live:
        refuse_empty(estate, str(found.path))
    taken = _taken_from_record(config, asked, estate)
    given = asked.checkout
    if taken is None:
        estate, given = undeclared.standing_in(estate, found, given, asked.repositories, files_alone=not live)
        if not is_there and not given:
            raise OptionError(undeclared.NOTHING)
    elif not live:
        estate = undeclared.with_repositories(estate, *taken.checkouts)
    scope = scope_of(estate, asked.apps, asked.repositories)
    checkouts = taken.checkouts if taken else checkouts_of(estate, path, given, asked.repositories)
    if not options.concerns(config, "tests_live"):
        refusals.refuse_nothing(checkouts)
    run = replace(
        prepared(estate, scope, checkouts, checks),
        found=found,
        checks=judged,
        meant=meant_by(estate, scope, asked.commit),
        world=f"{FILES}, judged again" if taken else FILES,
        scans=taken.scans if taken else None,
        day=taken.day if taken else today(),
        fail_on=asked.fail_on,
        base=taken.base if taken else None,
    )
    if is_worker(config):
        return _taken_over(config, run)
    if options.judges_nothing(config):
        return run
    if asked.base is not None:
        run = replace(run, base=found_at(asked.base, run, path, options.narrowed(config)))
    return _in_its_directory(config, asked, run, source)


def _is_copy(root: Path) -> bool:
    """Say whether checks of a copy of the project are judged, and not those beside this package."""
    return root.resolve() != catalogue.PROJECT.resolve() and any((root / each).is_dir() for each in catalogue.FOLDERS)


def is_worker(config: pytest.Config) -> bool:
    """Say whether this process is a worker of xdist, which another one tells what to judge."""
    return hasattr(config, "workerinput")


def hand_over(node: Any, run: Run) -> None:
    """Tell a worker what was observed, what is secret, and which directory is the run's."""
    if run.directory:
        node.workerinput[_DIRECTORY] = str(run.directory)
        node.workerinput[_WORLD] = run.world
        node.workerinput[_OBSERVATION] = dump(run.observation).decode() if run.observation else None
        keeping.hand_over(node, run)


def _taken_over(config: Any, run: Run) -> Run:
    """Give a worker the run that it was handed."""
    handed = config.workerinput.get(_DIRECTORY)
    if handed is None:
        return run
    directory = Path(handed)
    keeping.know(config, keeping.handed(config), os.environ, run.estate.model_dump(mode="json"))
    known = keeping.secrets(config)
    seen = config.workerinput[_OBSERVATION]
    observation = load_observation(seen.encode()) if seen else None
    run = replace(run, world=config.workerinput[_WORLD], directory=directory, observation=observation, secrets=known)
    _collect(config, run)
    return run


def _collect(config: pytest.Config, run: Run) -> Collecting:
    """Let what is collected in this process be written down."""
    collecting = Collecting(config, run, partial(faults.note_unwritten, config))
    config.pluginmanager.register(collecting, "asbuilt-collecting")
    return collecting


def _taken_from_record(config: pytest.Config, asked: Asked, estate: Estate) -> Inputs | None:
    if asked.recorded is None:
        return None
    return inputs_of(config.invocation_params.dir / asked.recorded, config.stash[CLOSING], estate)


def _in_its_directory(config: pytest.Config, asked: Asked, run: Run, estate: bytes) -> Run:
    """Give the run of the process that reports its world and its directory."""
    world = World(run.world)
    if options.wants_live(config):
        closing = config.stash[CLOSING]
        world = choose(run, sandbox=asked.sandbox, observed=asked.observed, edited=asked.edited, closing=closing)
    config.stash[WORLD] = world
    keeping.know(config, world.credentials, os.environ, run.estate.model_dump(mode="json"))
    clock = world.sandbox.clock() if world.sandbox else None
    try:
        directory = new_directory(config.invocation_params.dir / asked.evidence, clock)
    except OSError as error:
        if faults.is_full(error):
            pytest.exit(
                f"asbuilt: --evidence {asked.evidence}: {error.strerror}; make room", returncode=faults.INTERNAL
            )
        raise OptionError(f"--evidence {asked.evidence}: no folder can be made there: {error.strerror}") from error
    # pytest's own file would hold what its introspection shows; ours is rendered from the verdicts.
    wanted = getattr(config.option, "xmlpath", None)
    name = os.path.expandvars(wanted) if wanted else None
    config.stash[XML] = config.invocation_params.dir / Path(name).expanduser() if name else None
    config.option.xmlpath = None
    known = keeping.secrets(config)
    point_latest(directory)
    with faults.unwritten_noted(config):
        write_bytes(directory / ESTATE, estate, known)
        write_bytes(directory / JOURNAL, b"", known)
        keep(directory, run.checkouts, run.day or today(), known)
        if run.scans is not None:
            write_json(directory / LINT, plain(run.scans), known)
        if run.base is not None:
            write_json(directory / BASE, asdict(run.base), known)
    missed = partial(faults.note_unwritten, config)
    seen = replace(run, world=world.name, observation=world.observation, again=world.again)
    run = replace(seen, directory=directory, secrets=known)
    config.stash[GATHERING] = Gathering(Journal(directory / JOURNAL, known), missed)
    config.pluginmanager.register(Controller(config, _collect(config, run)), "asbuilt-controller")
    return run
