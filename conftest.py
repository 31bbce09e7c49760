"""The vocabulary of the checks: every fact that a check may ask for, one fixture each.

A check that asks for `app` is judged once for each declared app, one that asks for `probe` once for each probe, and so
on (`asbuilt.subjects` has the kinds). What is declared comes from the estate. What is observed comes from the one sweep
of the run, through `see`: an unknown fact is an error of the check, not a failure; an absent one is the business of the
one control that asks whether it exists, and the others are not applicable.
"""

from datetime import timedelta

import pytest

from asbuilt import commits, model, texts
from asbuilt.deploying_jobs import deploying_jobs
from asbuilt.judging import SEEN, CouldNotObserveError
from asbuilt.lag import Filter, lag_of
from asbuilt.lint.keep import actions_of, quoted, restore
from asbuilt.provenance import Provenance, Ran
from asbuilt.record.directory import LINT
from asbuilt.run import RUN
from asbuilt.scope import repository_of
from asbuilt.subjects import kind_of
from asbuilt.terms import Stretch
from asbuilt.workflows.judge.procfile import procfiles_of

pytest_plugins = ("asbuilt.plugin",)


# The run.


@pytest.fixture(scope="session")
def run(pytestconfig):
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def estate(run):
    return run.estate


@pytest.fixture
def subject(request, run):
    return run.subjects(kind_of(request.fixturenames))[request.param]


@pytest.fixture
def see(request):
    return request.node.stash[SEEN]


@pytest.fixture(scope="session")
def now(run):
    """The providers' clock at the end of the sweep."""
    return run.observation.as_of


# What is declared.


@pytest.fixture
def app(subject):
    return subject.app


@pytest.fixture
def repository(subject):
    return subject.repository


@pytest.fixture
def process(subject):
    """The name of a process type of the app's declared formation."""
    return subject.part


@pytest.fixture
def probe(subject):
    return subject.part


@pytest.fixture
def deploy(subject):
    """A declared way for code to reach an app, with its workflow and repository."""
    return subject.part


@pytest.fixture
def environment(subject):
    """The name of an environment that the estate or a workflow names."""
    return subject.part


@pytest.fixture
def declared_environment(repository, environment):
    declared = repository.environments.get(environment)
    if declared is None:
        pytest.skip("a workflow names it; the estate declares nothing of it")
    return declared


@pytest.fixture
def workflow(subject):
    return subject.part


# How waiting for a deploy ended.


@pytest.fixture
def settling(run, app):
    """How the run waited for the app after a deploy, and how that ended; None where it did not."""
    return run.observation.settling.get(app.name)


@pytest.fixture
def grace(app, settling):
    """How long what is under way is excused. After a run has waited for the app nothing is, not even what is new."""
    return app.grace if settling is None else timedelta(days=-1)


# What is observed of an app.


@pytest.fixture
def _app_state(run, app):
    return run.observation.apps[app.name]


@pytest.fixture
def heroku_app_or_none(see, _app_state):
    """The app as Heroku has it, None where it has none: for the one check that asks whether it exists."""
    return see.if_there("app", _app_state.app)


@pytest.fixture
def heroku_app(see, _app_state):
    """The app as Heroku has it."""
    return see("app", _app_state.app, judged_by="HK001")


@pytest.fixture
def releases(see, _app_state):
    """Newest first."""
    return see("releases", _app_state.releases, judged_by="HK001")


@pytest.fixture
def release(releases, app):
    """The current release: the one that the app runs."""
    current = model.current_release(releases)
    if current is None:
        request = f"GET https://api.heroku.com/apps/{app.name}/releases"
        reason = f"lists {len(releases)} releases, and none of them is current"
        raise CouldNotObserveError(
            model.Unobserved("current release", request, reason, f"heroku releases --app {app.name}")
        )
    return current


@pytest.fixture
def formation(see, _app_state):
    """By process type."""
    return {each.type: each for each in see("formation", _app_state.formation, judged_by="HK001")}


@pytest.fixture
def dynos(see, _app_state):
    return see("dynos", _app_state.dynos, judged_by="HK001")


@pytest.fixture
def running(dynos, app):
    """The dynos of declared process types, at least one: one-off dynos and the release phase are not among them."""
    found = [dyno for dyno in dynos if dyno.type in app.formation]
    if not found:
        pytest.skip("no dyno of a declared process type exists: HK006 judges that")
    return found


@pytest.fixture
def looks(see, _app_state, app, dynos):
    """The dynos of declared processes, each time that they were found otherwise, the newest last; at least one."""
    if _app_state.looks is None:
        pytest.skip("the observation was saved before dynos were looked at again")
    found = see("looks", _app_state.looks, judged_by="HK001")
    if not any(dyno.type in app.formation for dyno in dynos):
        pytest.skip("no dyno of a declared process type exists: HK006 judges that")
    return tuple(tuple(dyno for dyno in look if dyno.type in app.formation) for look in found)


@pytest.fixture
def meant(run, app):
    """The commit that the app was meant to run, by `--commit`; None where that names none for it."""
    return run.observation.meant.get(app.name)


@pytest.fixture
def release_of_meant(_app_state, meant):
    """The newest release of the commit that was meant, current or not; None where there is none."""
    return commits.release_of(_app_state, meant) if meant else None


@pytest.fixture
def told_commits(see, _app_state, app, meant):
    """The commit that the app itself names, by the path of the probe that declares where."""
    declared = [probe for probe in app.probes if probe.commit]
    answers = {probe.path: see(probe.path, _app_state.probes[probe.path], judged_by="HK001") for probe in declared}
    if any(answer.commit is None for answer in answers.values()):
        pytest.skip("the observation was saved before the app's answers were asked for their commit")
    if not answers and meant is None:
        pytest.skip("no --commit says what was meant, and no probe declares where the app names its own")
    for path, answer in answers.items():
        if not answer.commit:
            reason = f"answered {answer.status} without a commit"
            fix = f"let the app name its commit there, or correct `commit` of the probe {path}"
            raise CouldNotObserveError(model.Unobserved("commit", f"GET {answer.url}", reason, fix))
    return {path: answer.commit for path, answer in answers.items()}


@pytest.fixture
def named_commit(see, run, app, release, _app_state, meant, told_commits, release_of_meant):
    """The commit that Heroku names for the current release, where it can be held against another; else None."""
    named, code = commits.commit_of(_app_state, release), _app_state.codes.get(release.code or "")
    if code is not None and named is None:
        see("code", code, judged_by="HK002")
    if named is None and not told_commits:
        request, reason = f"GET https://api.heroku.com/apps/{app.name}/releases", f"names no commit of {release}"
        fix = "declare where the app names it: probes: [{path: /version, commit: true}]"
        raise CouldNotObserveError(model.Unobserved("commit", request, reason, fix))
    see.note("commit of the current release", named)
    other = commits.other_commit(_app_state, meant or next(iter(told_commits.values())))
    if other is None:
        return named
    state = run.observation.repositories.get(repository_of(run.estate, app.name) or "")
    known = commits.comparison_with(state, other) if state else None
    if isinstance(known, model.Observed) or release_of_meant:  # Heroku's commits are the repository's own then
        return named
    if told_commits and meant:
        return None
    if meant is None:
        pytest.skip(f"GitHub does not know {named}, so it cannot be held against what the app names")
    if isinstance(known, model.Unobserved):
        raise CouldNotObserveError(known)
    reason = f"does not have {named}, which {release} runs: nothing tells whether it was made of {meant}"
    fix = "declare where the app names its commit: probes: [{path: /version, commit: true}]"
    raise CouldNotObserveError(model.Unobserved("commit", "GitHub", reason, fix))


@pytest.fixture
def response(see, _app_state, probe):
    return see("response", _app_state.probes[probe.path], judged_by="HK001")


# What is observed of a repository.


@pytest.fixture
def _repository_state(run, repository):
    return run.observation.repositories[repository.name]


@pytest.fixture
def github_repository_or_none(see, _repository_state):
    """The repository as GitHub has it, None where it has none: for the one check that asks whether it is there."""
    return see.if_there("repository", _repository_state.repository)


@pytest.fixture
def github_repository(see, _repository_state):
    """The repository as GitHub has it."""
    return see("repository", _repository_state.repository, judged_by="GH001")


@pytest.fixture
def environments(see, _repository_state):
    """By name in lower case: GitHub takes names that differ in case alone for one environment."""
    return {each.name.lower(): each for each in see("environments", _repository_state.environments, judged_by="GH001")}


@pytest.fixture
def github_environment(environments, environment):
    if environment.lower() not in environments:
        pytest.skip(texts.line(f"environment {environment} does not exist: GH002 judges that"))
    return environments[environment.lower()]


@pytest.fixture
def workflows(see, _repository_state):
    """By path."""
    return {each.path: each for each in see("workflows", _repository_state.workflows, judged_by="GH001")}


@pytest.fixture
def runs(see, _repository_state, workflow):
    """Completed runs of the workflow on the default branch, newest first."""
    known = _repository_state.runs.get(workflow.path, _repository_state.workflows)
    return see("runs", known, judged_by="GH007")


@pytest.fixture
def undeclared_runs(see, _repository_state, repository, workflows):
    """Completed runs on the default branch, newest first, of each workflow that is not declared; by path."""
    declared = {each.path for each in repository.workflows.values()}
    unknown = {path: _repository_state.runs.get(path) for path in workflows if path not in declared}
    return {path: see(path, fact, judged_by="GH007") for path, fact in unknown.items() if fact}


@pytest.fixture(scope="session")
def provenance(run):
    """Where what runs comes from: which run made which release, by all that was observed."""
    seen = run.observation
    jobs = deploying_jobs(run.estate, run.checkouts)
    return Provenance(run.estate, seen.apps, seen.repositories, jobs, seen.as_of)


@pytest.fixture
def exercised(see, provenance, deploy, releases, github_repository):  # noqa: ARG001 - without them nothing is told
    """The run of a declared deploy, with success, that made a release of its app; None where there was none."""
    return see.of_run("run", provenance.exercised(deploy))


@pytest.fixture
def deployed(provenance, app, releases):  # noqa: ARG001 - without releases nothing is deployed
    """The current release, the one that brought its code, and the commit, None where nothing names it."""
    found = provenance.deployed(app)
    if found is None:
        pytest.skip(f"no code was ever deployed to {app.name}: HK004 judges that")
    return found


@pytest.fixture
def _owned(run, see, provenance, app):
    owners = provenance.owners(app)
    if not owners:
        pytest.skip(f"the estate declares no deploy of {app.name}")
    for each in owners:
        see("repository", run.observation.repositories[each.repository.name].repository, judged_by="GH001")


@pytest.fixture
def origin(see, provenance, app, deployed, _owned):
    """The run that made the release whose code runs; None where no run of a workflow that owns the app did."""
    return see.of_run("origin", provenance.origin(app, deployed[1])[1])


@pytest.fixture
def source(see, provenance, app, deployed, origin):
    """The app that the running release was promoted from, and the run that made it there; None where it was not."""
    if origin or not deployed[1].description.startswith("Promote"):
        return None
    found = provenance.source_of(app, deployed[1])
    if found is None:
        told = f"says {deployed[1].description!r}, and no app of this run has that code"
        raise CouldNotObserveError(
            model.Unobserved("source", f"release {deployed[1]}", told, "declare the app that it was promoted from")
        )
    return found[0], see.of_run("source", found[1])


@pytest.fixture
def newest_deploy(see, provenance, app, releases, _owned):  # noqa: ARG001 - as above
    """The newest run that deployed the app with success, by a declared way."""
    found = provenance.newest_deploy(app)[1]
    if found is None:
        pytest.skip(f"no successful run of a declared way to {app.name} is among the newest")
    if not isinstance(found, Ran):
        see.of_run("newest deploy", found)
    return see.note("newest deploy", found)


@pytest.fixture
def newest_release(see, provenance, app, newest_deploy):
    """The release that came of the newest run that deployed the app; None where none did."""
    return see.note("its release", provenance.released_by(app, newest_deploy))


@pytest.fixture
def last_deployment(see, provenance, app, _owned):
    """How the last deployment to the app's environment ended that the job made which deploys the app."""
    if app.environment is None:
        pytest.skip(f"the estate declares no environment of {app.name}")
    found = provenance.last_deployment(app)[1]
    if found is None:
        pytest.skip(f"no deployment to {app.environment} was made by a job that deploys {app.name}")
    if not isinstance(found, model.DeploymentStatus):
        see.of_run("last deployment", found)
    return see.note("last deployment", found)


@pytest.fixture
def push_filter(run, repository, deploy):
    """Which changed files set a deploy off, as its file says; None where the file is not read."""
    if deploy.deploy.trigger != "push":
        return Filter()
    checkout = run.checkouts.get(repository.name)
    triggers = checkout.workflow_file(deploy.workflow.path).triggers if checkout else ()
    found = (Filter(each.paths, each.paths_ignore) for each in triggers if each.event == "push")
    return next(found, None)


@pytest.fixture
def behind(provenance, deploy, releases, github_repository):  # noqa: ARG001 - without them nothing is told
    """The commit that runs, and the branch that it is held against."""
    pair = provenance.compared(deploy)
    if pair is None:
        pytest.skip("no push of one branch sets it off, or nothing names the commit that runs")
    return pair


@pytest.fixture
def lag(see, _repository_state, deploy, behind, push_filter):
    """What the branch of a deploy holds that its app does not run; None where nothing is that it would deploy."""
    fact = _repository_state.comparisons.get("...".join(behind))
    if fact is None or (isinstance(fact, model.Unobserved) and "answered 403" in fact.reason):
        pytest.skip("to compare commits, the GitHub token would need `Contents: read`")
    if isinstance(fact, model.Absent):
        told = "does not know the commit that runs: it was made in the run, or is a part of one"
        remedy = "deploy the commit of the run unchanged"
        raise CouldNotObserveError(model.Unobserved(fact.what, f"commit {behind[0][:8]}: GitHub", told, remedy))
    history = see("runs", _repository_state.histories[Stretch(deploy.workflow.name)], judged_by="GH007")
    comparison = see("comparison", fact, judged_by="GH001")
    try:
        return lag_of(comparison, history.runs, behind[1], deploy.deploy.trigger, push_filter)
    except LookupError as error:
        what = f"{len(comparison.commits)} commits of {behind[1]} that do not run"
        raise CouldNotObserveError(model.Unobserved("lag", what, str(error), "see what they change")) from None


# What the files of a repository say.


@pytest.fixture
def workflow_file(see, checkout, subject):
    """A workflow file; for a declared one that is not there, one whose only problem says so."""
    see.note("file", subject.part.path)
    see.rest_on_file(subject.part.document)
    see.rest_on(checkout.sources.documents_of(subject.part))
    return subject.part


@pytest.fixture
def checkout(run, repository):
    return run.checkouts[repository.name]


@pytest.fixture
def refused(see, run, repository):
    """What no workflow file speaks for and could not be read: folders, Procfiles, actions that nobody uses."""
    if repository.name not in run.checkouts:
        pytest.skip(f"the estate names no folder with the files of {repository.name}")
    documents = run.checkouts[repository.name].refused
    see.note("refused", [each.path for each in documents])
    return documents


@pytest.fixture
def procfile_process(see, checkout, subject):
    """A declared process of the Procfile."""
    see.note("Procfile", checkout.procfile.document.text if checkout.procfile else None)
    see.rest_on(procfiles_of(checkout))
    return subject.part


@pytest.fixture
def _checkouts(run):
    if not run.checkouts:
        pytest.skip("the estate names no folder with workflow files: --checkout DIR, or repositories.*.checkout")
    return tuple(run.checkouts.values())


@pytest.fixture(scope="session")
def _unread(run):
    """What of all checkouts was not read to its end, and may say how code reaches an app: looked for once a run."""
    return tuple(document for each in run.checkouts.values() for document in each.unread)


@pytest.fixture
def deploy_paths(see, _checkouts, _unread, app):
    """Every way for code to reach the app, as far as the files could be read."""
    see.rest_on(_unread)
    found = (path for each in _checkouts for path in each.deploy_paths if path.app == app.name)
    return see.note("deploy paths", tuple(found))


@pytest.fixture
def blocked_paths(see, _checkouts, _unread, app):
    """Every way to the app that conditions shut, or that nothing sets off."""
    see.rest_on(_unread)
    return tuple(path for each in _checkouts for path in each.blocked_paths if path.app == app.name)


@pytest.fixture
def all_read(_checkouts, _unread):
    """Whether every file was read to its end that may say how code reaches an app."""
    return not _unread


@pytest.fixture(scope="session")
def _scans(run):
    """What each linter said of each repository's files: asked once, before the first check."""
    if run.scans is not None:
        return run.scans
    # A worker of xdist: the process that reports has asked, and could write what it was told, or not.
    path = run.directory / LINT
    if not path.exists():
        fix = "make room for it, or judge without -n"
        raise CouldNotObserveError(model.Unobserved("linters", str(path), "could not be written", fix))
    return restore(path)


@pytest.fixture
def zizmor(see, _scans, repository, workflow_file):
    """What zizmor finds in the file."""
    return quoted(see.findings(_scans[repository.name]["zizmor"], workflow_file.path), [workflow_file.document])


@pytest.fixture
def zizmor_of_actions(see, run, _scans, repository):
    """What zizmor finds in the actions of the repository."""
    actions = actions_of(run.checkouts[repository.name]) if repository.name in run.checkouts else ()
    if not actions:
        pytest.skip(f"no file of {repository.name} defines an action")
    documents = [each.document for each in run.checkouts[repository.name].sources.actions.values()]
    see.rest_on(documents)
    return quoted(see.findings(_scans[repository.name]["zizmor"], *actions), documents)


@pytest.fixture
def actionlint(see, _scans, repository, workflow_file):
    """What actionlint finds in the file."""
    scan = _scans[repository.name]["actionlint"]
    if scan.version is None:
        pytest.skip("actionlint is not installed: put it on PATH to have this judged")
    return quoted(see.findings(scan, workflow_file.path), [workflow_file.document])
