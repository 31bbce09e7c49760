"""The vocabulary of the checks: every fact that a check may ask for, one fixture each.

A check that asks for `app` is judged once for each declared app, one that asks for `probe` once for each probe, and so
on (`asbuilt.subjects` has the kinds). What is declared comes from the estate. What is observed comes from the one sweep
of the run, through `see`: an unknown fact is an error of the check, not a failure; an absent one is the business of the
one control that asks whether it exists, and the others are not applicable.
"""

from datetime import timedelta

import pytest

from asbuilt import bodies, commits, crashes, model, texts, under_way
from asbuilt.deploying_jobs import deploying_jobs
from asbuilt.judging import SEEN, CouldNotObserveError
from asbuilt.lag import Filter, lag_of
from asbuilt.lint.keep import quoted, restore
from asbuilt.lint.on_paths import actions_of, on_paths
from asbuilt.provenance import Ended, Provenance, Ran
from asbuilt.record.directory import LINT
from asbuilt.run import RUN
from asbuilt.run_results import made_by, older_runs, telling, undecided
from asbuilt.scheduled import ACTIVE, BY_HAND, is_young, last_run
from asbuilt.scope import repository_of
from asbuilt.subjects import kind_of
from asbuilt.terms import Stretch
from asbuilt.workflows.judge.leading import ground_of, leading_to
from asbuilt.workflows.judge.procfile import procfiles_of
from asbuilt.workflows.judge.syntax import refusal

pytest_plugins = ("asbuilt.plugin",)

_OFFLINE = 503  # of Heroku's router, for an app in maintenance
_LONGEST_TIMER = timedelta(days=30)  # 43,200 minutes: https://docs.github.com/rest/deployments/environments


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
    declared = repository.environment(environment)
    if declared is None:
        pytest.skip("a workflow names it; the estate declares nothing of it")
    return declared


@pytest.fixture
def workflow(subject):
    return subject.part


@pytest.fixture
def scheduled_workflow(subject):
    """A workflow that is to run by a schedule, as the estate declares it or its file says."""
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
def heroku_app_if_asked(see, _app_state):
    """The app as Heroku has it, None where a look of a watch did not ask for it."""
    return see("app", _app_state.app, judged_by="HK001") if _is_asked(_app_state.app) else None


def _is_asked(fact):
    return not isinstance(fact, model.Unobserved) or fact.asked


@pytest.fixture
def runs_images(heroku_app_if_asked, _app_state, releases):
    """Whether the app runs container images; where a look did not ask for the app, its release may say so."""
    if heroku_app_if_asked is not None:
        return heroku_app_if_asked.runs_images
    current = model.current_release(releases)
    if current is None or not model.codes(releases).get(current.version):
        raise CouldNotObserveError(_app_state.app)
    return not current.code


@pytest.fixture
def releases(see, _app_state):
    """Newest first."""
    return see("releases", _app_state.releases, judged_by="HK001")


@pytest.fixture
def deploys(releases, runs_images):
    """The releases that brought code."""
    return model.deploys(releases, images=runs_images)


@pytest.fixture
def past_first_deploy(_app_state, grace, now):
    """Nothing: a check that needs code is not applicable while the app's first deploy is under way.

    Where nobody can say, it is none that is. A watch calls nobody for an app that is younger than its grace.
    """
    fact, heroku_app = _app_state.releases, _app_state.app
    is_known = isinstance(heroku_app, model.Observed)
    known = fact.value if isinstance(fact, model.Observed) and (is_known or not _is_asked(heroku_app)) else ()
    images = bool(known) and (heroku_app.value.runs_images if is_known else True)
    if _app_state.watched and known and not model.deploys(known, images=images):
        created = known[-1].created_at
        if under_way.young(created, now, grace):
            pytest.skip(f"the app was made {model.ago(created, now)} ago, grace {model.ago(now, now + grace)}")
    if first := under_way.first_deploy(known, images=images, now=now, grace=grace):
        since, excused = model.ago(first.created_at, now), model.ago(now, now + grace)
        pytest.skip(f"the first deploy is under way: {first} is pending since {since}, grace {excused}")


@pytest.fixture
def something_to_run(_app_state):
    """Nothing: where a look asked for the app in place of its dynos, and it has no code, there are none to look at."""
    fact, heroku_app = _app_state.releases, _app_state.app
    if (
        _is_asked(_app_state.dynos)
        or not isinstance(fact, model.Observed)
        or not isinstance(heroku_app, model.Observed)
    ):
        return
    current = model.current_release(fact.value)
    if current and not model.codes(fact.value, images=heroku_app.value.runs_images).get(current.version):
        pytest.skip("there is no code to run, and this look did not ask for dynos: HK002 judges that")


@pytest.fixture
def release(releases, app):
    """The current release: the one that the app runs."""
    current = model.current_release(releases)
    if not releases:
        pytest.skip("there is no release: HK004 judges that")
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
def formation_if_asked(see, _app_state):
    """By process type; nothing where a look of a watch, which finds all dynos up, did not ask for it."""
    if not _is_asked(_app_state.formation):
        return {}
    return {each.type: each for each in see("formation", _app_state.formation, judged_by="HK001")}


@pytest.fixture
def down_since(see, _app_state, process):
    """Since when the looks of a watch find the process down; None in a run, and where it is up."""
    fact = _app_state.watched.down.get(process) if _app_state.watched else None
    return None if fact is None else see("down since", fact, judged_by="HK001")


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
def looks(see, _app_state, app, dynos, release, now):
    """The dynos of declared processes, each time that they were found otherwise, the newest last; at least one.

    A watch has looked as often as it has: it leaves open what only its next looks can tell.
    """
    if _app_state.looks is None:
        pytest.skip("the observation was saved before dynos were looked at again")
    found = see("looks", _app_state.looks, judged_by="HK001")
    if not any(dyno.type in app.formation for dyno in dynos):
        pytest.skip("no dyno of a declared process type exists: HK006 judges that")
    looks = tuple(tuple(dyno for dyno in look if dyno.type in app.formation) for look in found)
    doubtful = [each for each in looks[-1] if crashes.is_suspicious(each, release, now)]
    if _app_state.watched and doubtful:
        told = ", ".join(f"{each.name} {each.state} since {model.ago(each.updated_at, now)}" for each in doubtful)
        if _app_state.watched.before is None:
            request, fix = f"GET https://api.heroku.com/apps/{app.name}/dynos", "look again: asbuilt watch"
            see.leave_open(model.Unobserved("looks at the dynos", request, f"was asked once, and {told}", fix))
        see.nothing = f"{told}: the next looks tell whether it stays up"
    return looks


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


@pytest.fixture
def behind_router(see, _app_state, probe):
    """The app, its releases and its dynos, each None where nobody can say: they name the cause of a router's page."""
    parts = (_app_state.app, _app_state.releases, _app_state.dynos)
    response = _app_state.probes[probe.path]
    if not _is_asked(_app_state.app) and isinstance(response, model.Observed) and response.value.status == _OFFLINE:
        see.leave_open(_app_state.app)  # an app in maintenance has any page of its team's for an answer
    return see.note("behind the router", [each.value if isinstance(each, model.Observed) else None for each in parts])


@pytest.fixture
def has_time(_app_state, probe, now, grace):
    """How long a watch has found that the probe fails, as long as that is less than the grace; else nothing."""
    since = _app_state.watched.failing.get(probe.path) if _app_state.watched else None
    if since is None or not under_way.young(since, now, grace):
        return ""
    return f"so since {model.ago(since, now)}, grace {model.ago(now, now + grace)}"


@pytest.fixture
def body(response, probe, app):
    """What the body of the app's own answer says to what is declared of it."""
    if not probe.asks_for_body:
        pytest.skip("the estate declares nothing of the body: probes[].json, .contains or .matches")
    if response.from_router or response.status != probe.status:
        pytest.skip("the app did not answer as declared: WEB001 judges that")
    request = f"GET {response.url}"
    if response.body is None:
        pytest.skip("the observation is older than what is declared of the body")
    for reason in bodies.open_questions(response.body, probe):
        raise CouldNotObserveError(
            model.Unobserved("body", request, f"answered a body that {reason}", f"asbuilt live --app {app.name}")
        )
    return response.body


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


@pytest.fixture(scope="session")
def _environments_named(run):
    """The names of environments in lower case, by repository: looked for once a run."""
    found = {}
    for each in run.subjects("environment").values():
        found.setdefault(each.repository.name, set()).add(each.part.lower())
    return found


@pytest.fixture
def named_environments(_environments_named, repository):
    """The names of environments that the estate or a workflow file of the repository names, in lower case."""
    return _environments_named.get(repository.name, set())


@pytest.fixture
def strays(environments, named_environments):
    """The unprotected environments that neither the estate nor a workflow file names, by name in lower case."""
    return {name: each for name, each in environments.items() if each.is_open and name not in named_environments}


@pytest.fixture
def used_strays(see, run, _repository_state, repository, strays):
    """Those that a run of a declared deploy deployed to, by name, with that run: of the newest deployments.

    None of them where no file was read: what its workflows name is not known then.
    """
    if not strays or not repository.deploys or repository.name not in run.checkouts:
        return {}
    match _repository_state.latest:
        case model.Observed() as fact:
            deployments = see("latest deployments", fact, judged_by="GH001")
        case None:
            see.nothing = "the observation is older than the question for the newest deployments"
            return {}
        case fact:
            see.leave_open(fact)
            return {}
    deploying = {each.path for each in repository.workflows.values() if each.deploys}
    known = {path: fact.value for path, fact in _repository_state.runs.items() if isinstance(fact, model.Observed)}
    found = made_by(deployments, known, deploying, strays)
    for name in [name for name, run in found.items() if run is None]:
        reason = "was deployed to by one of several runs of its commit, and nothing tells by which"
        remedy = "declare the environment in the estate, or delete it"
        see.leave_open(model.Unobserved(f"environment {name}", f"environment {name}", reason, remedy))
    return {name: run for name, run in found.items() if run}


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
def protected_branches(see, _repository_state, github_environment):
    """The branches that GitHub protects, where the environment lets these through and no others; else None."""
    if github_environment.branches != ("@protected",):
        return None
    if _repository_state.protected is None:
        see.nothing = "the observation is older than the question for protected branches"
        return None
    found = see.where_allowed("protected branches", _repository_state.protected, needs="Contents: read")
    if found and not any(each.by_rule for each in found):
        reason = "by rulesets alone, and GitHub does not say that environments count these"
        remedy = "name the branches that may deploy in the environment, or protect one by a branch protection rule"
        names = f"protected branches {', '.join(each.name for each in found)} are so"
        see.leave_open(model.Unobserved("protected branches", names, reason, remedy))
    return found


@pytest.fixture
def default_branch(see, _repository_state):
    """The default branch as GitHub has it."""
    return see("repository", _repository_state.repository, judged_by="GH001").default_branch


@pytest.fixture
def cut(_repository_state):
    """By the path of a workflow, the events of which there are older runs than those that were read."""
    seen = {path: fact.value for path, fact in _repository_state.runs.items() if isinstance(fact, model.Observed)}
    return {path: older_runs(_repository_state.cut, path, runs) for path, runs in seen.items()}


@pytest.fixture
def _recent(see, _repository_state, repository, cut, default_branch):
    """Give a function that gives the runs of a workflow; what older ones could say stays open."""

    def recent(path):
        known = _repository_state.runs.get(path, _repository_state.workflows)
        runs = see(f"runs of {path}", known, judged_by="GH007")
        for event in undecided(runs, cut.get(path, ()), repository.red_after):
            what = f"runs of {path} by {event}"
            request = f"the newest runs of {path} by {event} on {default_branch}"
            reason = "neither passed nor failed, or are a fork's: the bound of what is read was reached"
            see.leave_open(model.Unobserved(what, request, reason, f"set {event} off once more, and let it end"))
        return runs

    return recent


@pytest.fixture
def runs(see, _recent, workflow, default_branch):
    """Completed runs of the workflow on the default branch, newest first; at least one that passed or failed."""
    found = _recent(workflow.path)
    if not telling(found) and not see.unread:
        pytest.skip(texts.line(f"no run of {workflow.path} on {default_branch} has passed or failed"))
    return found


@pytest.fixture
def undeclared_runs(see, _repository_state, _recent, repository, workflows):
    """Completed runs on the default branch, newest first, of each workflow that is not declared; by path.

    At least one that passed or failed. Those of which nothing is known stay open.
    """
    declared = {each.path for each in repository.workflows.values()}
    found = {}
    for path in workflows:
        match _repository_state.runs.get(path):
            case model.Unobserved() as fact if path not in declared:
                see.leave_open(fact)
            case model.Observed() if path not in declared:
                found[path] = _recent(path)
    if not any(map(telling, found.values())) and not see.unread:
        pytest.skip("no run of a workflow that the estate does not declare has passed or failed on the default branch")
    return found


@pytest.fixture
def github_workflow(workflows, scheduled_workflow, default_branch):
    """A workflow that is to run by a schedule, as GitHub knows it: whether somebody disabled it is judged elsewhere."""
    path, found = scheduled_workflow.path, workflows.get(scheduled_workflow.path)
    if found is None and scheduled_workflow.is_declared:
        pytest.skip(texts.line(f"{path} does not exist: GH007 judges that"))
    if found is None:
        pytest.skip(texts.line(f"GitHub knows no {path}: it is not on {default_branch}, and schedules run there alone"))
    if found.state == BY_HAND:
        judged = "GH007 judges that" if scheduled_workflow.is_declared else "declare it, where it is to run"
        pytest.skip(texts.line(f"somebody disabled {path}: {judged}"))
    return found


@pytest.fixture
def scheduled_runs(see, _repository_state, scheduled_workflow, github_workflow, now):
    """The newest runs that the schedule of a workflow set off, newest first: enough of them to tell whether it runs."""
    path = scheduled_workflow.path
    if _repository_state.scheduled is None:
        pytest.skip("the observation is older than the question for runs by a schedule")
    if path not in _repository_state.scheduled:
        reason = "was not asked for its runs by a schedule: when it was observed, nothing said that it has one"
        raise CouldNotObserveError(model.Unobserved(path, path, reason, "observe again: asbuilt live"))
    page = see(f"runs of {path} by schedule", _repository_state.scheduled[path], judged_by="GH007")
    if github_workflow.state != ACTIVE:
        return page
    if scheduled_workflow.every is None:
        told = "says how often its schedule is to run it: declare `every` in the estate, such as 24h"
        pytest.skip(texts.line(f"nothing that is here {told} ({path})"))
    last = last_run(page.runs)
    if last is None and github_workflow.created_at is None:
        reason = "are none, and GitHub does not say since when it knows the workflow"
        raise CouldNotObserveError(model.Unobserved(path, f"runs of {path} by its schedule", reason, "asbuilt live"))
    if last is None and is_young(scheduled_workflow, github_workflow, now):
        born = model.ago(github_workflow.created_at, now)
        pytest.skip(texts.line(f"GitHub has {path} since {born}: its first run by a schedule may still come"))
    if last is None and not page.whole and now - page.runs[-1].created_at <= scheduled_workflow.allowed:
        reason = f"were cancelled, skipped or wait: the newest {len(page.runs)} of them, and older ones were not read"
        fact = model.Unobserved(path, f"runs of {path} by its schedule", reason, "see why none of them runs to its end")
        raise CouldNotObserveError(fact)
    return page


@pytest.fixture
def waiting(see, _repository_state, workflow):
    """Runs of the workflow that wait, and that what deploys by it set off."""
    triggers = {each.trigger for each in workflow.deploys}
    if not triggers:
        pytest.skip("the estate declares no deploy of this workflow")
    known = _repository_state.waiting
    if known is None:
        if isinstance(_repository_state.repository, model.Observed):
            pytest.skip("the observation is older than the question for runs that wait")
        known = _repository_state.repository
    found = see("runs that wait", known, judged_by="GH001")
    return tuple(each for each in found if each.workflow == workflow.path and each.event in triggers)


@pytest.fixture
def longest_timer(see, _repository_state, waiting):
    """How long a run may wait for the timer of an environment before it waits for anybody's approval."""
    match _repository_state.environments:
        case model.Observed(value=found):
            return timedelta(minutes=max((each.wait_timer for each in found), default=0))
        case model.Unobserved() as fact if waiting:
            see.leave_open(fact)
    return _LONGEST_TIMER


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
def deployed(see, provenance, app, releases, _app_state):  # noqa: ARG001 - without releases nothing is deployed
    """The current release, the one that brought its code, and the commit, None where nothing names it.

    Its build and its slug may name it, besides its description: where they cannot be seen, that alone does.
    """
    found = provenance.deployed(app)
    if found is None:
        pytest.skip(f"no code was ever deployed to {app.name}: HK004 judges that")
    for fact in (_app_state.builds, *_app_state.codes.values()):
        if isinstance(fact, model.Observed):
            see.requests.extend(fact.requests)
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
    see.requests.extend(found.requests)
    see.note("newest deploy", {"run": found.run, "spans": found.spans})
    return found


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
    if not isinstance(found, Ended):
        see.of_run("last deployment", found)
    see.requests.extend(found.requests)
    see.note("last deployment", {"deployment": found.deployment, "status": found.status})
    return found


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
def _held_to_a_branch(deploy):
    if (deploy.deploy.trigger != "push" or deploy.deploy.tag) and deploy.deploy.max_lag is None:
        pytest.skip("no push of a branch sets it off, and the estate declares no max_lag")


@pytest.fixture
def behind(provenance, deploy, _app_state, _held_to_a_branch, deployed, github_repository):  # noqa: ARG001 - as above
    """The commit that runs, and the branch that it is held against."""
    pair = provenance.compared(deploy)
    if deployed[2] is None and isinstance(_app_state.builds, model.Unobserved):
        raise CouldNotObserveError(_app_state.builds)
    if pair is None:
        pytest.skip("it is held to no one branch, or nothing names the commit that runs")
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
    if (why := refusal(subject.part, checkout.sources)) is not None:
        line = why.mark.line if why.mark else 1
        see.nothing = see.nothing or f"GitHub refuses {subject.part.file_name} for its line {line}: WF001 judges that"
    see.rest_on(checkout.sources.documents_of(subject.part))
    return subject.part


@pytest.fixture
def checkout(run, repository):
    return run.checkouts[repository.name]


@pytest.fixture
def own_checkout(see, run, app):
    """The files of the repository that an app's code comes from."""
    if app.repository not in run.checkouts:
        pytest.skip(f"the estate names no folder with the files of {app.repository or app.name}")
    checkout = run.checkouts[app.repository]
    see.note("Procfile", checkout.procfile.document.text if checkout.procfile else None)
    see.rest_on([checkout.procfile.document] if checkout.procfile else [])
    return checkout


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


@pytest.fixture(scope="session")
def _grounds(run):
    """The files in which ways to apps are looked for: asked once a run whether GitHub takes them."""
    return tuple(ground_of(name, each, run.estate.apps.values()) for name, each in run.checkouts.items())


@pytest.fixture
def leading(see, run, _checkouts, _unread, _grounds, app):
    """The ways to the app: those that are known to lead there, those that are shut, and what leaves others open."""
    see.rest_on(_unread)
    found = leading_to(app, {each.workflow.path for each in run.deploys.get(app.name, ())}, _grounds)
    if not (found.paths or found.blocked or found.open or found.is_here):
        see.nothing = f"no way leads to {app.name}, and nothing says that its code is in these files"
    return found


@pytest.fixture
def deploy_paths(see, leading, app):
    """Every way for code to reach the app; where others may lead there, a check that finds no drift is unknown."""
    see.leave_undecided(leading.open)
    if not leading.paths:
        see.nothing = f"no way leads to {app.name}: WF007 judges that"
    return see.note("deploy paths", leading.paths)


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


@pytest.fixture(scope="session")
def _to_lint(run, estate):
    """The files that the linters judge, by repository: looked for once a run."""
    if estate.lint == "off":
        pytest.skip("the estate asks for no linter: lint: off")
    every = estate.lint == "all"
    return {name: None if every else on_paths(checkout) for name, checkout in run.checkouts.items()}


@pytest.fixture
def linted_file(_to_lint, repository, workflow_file):
    """A workflow file that the linters judge."""
    only = _to_lint[repository.name]
    if only is not None and workflow_file.document.root is not None and workflow_file.path not in only:
        pytest.skip(f"{workflow_file.path} stands on no way to an app: `lint: all` in the estate has it judged")
    return workflow_file


@pytest.fixture
def zizmor(see, linted_file, _scans, repository):
    """What zizmor finds in the file."""
    return quoted(see.findings(_scans[repository.name]["zizmor"], linted_file.path), [linted_file.document])


@pytest.fixture
def linted_actions(run, _to_lint, repository):
    """The actions of the repository that the linters judge, by the paths of their files."""
    actions = actions_of(run.checkouts[repository.name]) if repository.name in run.checkouts else ()
    if not actions:
        pytest.skip(f"no file of {repository.name} defines an action")
    only = _to_lint[repository.name]
    found = tuple(each for each in actions if only is None or each in only)
    if not found:
        pytest.skip(f"no action of {repository.name} stands on a way to an app: `lint: all` has it judged")
    return found


@pytest.fixture
def zizmor_of_actions(see, run, linted_actions, _scans, repository):
    """What zizmor finds in the actions of the repository."""
    documents = [each.document for each in run.checkouts[repository.name].sources.actions.values()]
    see.rest_on(documents)
    return quoted(see.findings(_scans[repository.name]["zizmor"], *linted_actions), documents)


@pytest.fixture
def actionlint(see, linted_file, _scans, repository):
    """What actionlint finds in the file."""
    scan = _scans[repository.name]["actionlint"]
    if scan.version is None:
        pytest.skip("actionlint is not installed: put it on PATH to have this judged")
    return quoted(see.findings(scan, linted_file.path), [linted_file.document])
