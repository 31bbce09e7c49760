"""`asbuilt init` of worlds of other kinds: images with a worker, a monorepo, workers alone; and of what is amiss."""

from dataclasses import replace

import first_worlds as worlds
import pytest
from typer.testing import CliRunner

from asbuilt import estate
from asbuilt.cli import app
from asbuilt.initial import Wanted, document, found, reading
from asbuilt.initial import text as text_of
from asbuilt.workflows.yaml import reader
from asbuilt.workflows.yaml.document import plain

REPOSITORY = "example/shop"


SHOP = {".github/workflows/deploy.yml": worlds.workflow(worlds.pushed("shop-web"))}
FORBIDDEN = "status: 403, json: {message: Resource not accessible}"
# What may not be read, what is left out then, and the review line that says so.
REFUSED = {
    "api.heroku.com/apps/shop-web": ("apps", "shop-web", "formation", "the app could not be read and is left out"),
    "api.heroku.com/apps/*/formation": ("apps", "shop-web", "formation", "its formation could not be read"),
    "api.heroku.com/pipeline-couplings": (
        "apps",
        "shop-web",
        "nothing",
        "left out: pipelines: GET https://api.heroku.com/pipeline-couplings",
    ),
    "api.github.com/repos/*/*/environments": ("repositories", REPOSITORY, "environments", "the rules of environments"),
    "api.github.com/repos/*/*/rules/branches/*": (
        "repositories",
        REPOSITORY,
        "nothing",
        "what rulesets requires could",
    ),
    "api.github.com/repos/*/*/branches/*": (
        *("repositories", REPOSITORY, "required_checks", "what branch protection requires could not be read"),
    ),
    "api.github.com/repos/*/*": ("repositories", REPOSITORY, "default_branch", "the repository could not be read"),
}


@pytest.fixture
def made(tmp_path, monkeypatch):
    """Give a function that writes a world and its files, has `init` read them, and gives the estate and its text."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HEROKU_API_KEY", raising=False)

    def make(world, files, *arguments):
        (tmp_path / "world.yaml").write_text(world)
        for path, text in files.items():
            (tmp_path / "code" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "code" / path).write_text(text)
        code = ["--checkout", "code"] if files else []
        done = CliRunner().invoke(app, ["init", "--sandbox", "world.yaml", *code, "--output", "-", *arguments])
        assert done.exit_code == 0, done.output
        return plain(reader.read(done.stdout.encode(), "estate.yaml").root), done.stdout

    return make


@pytest.fixture
def read(tmp_path, monkeypatch):
    """Give a function that does the same without having it judged, which takes as long as a run of the suite."""
    monkeypatch.chdir(tmp_path)

    def make(world, files):
        (tmp_path / "world.yaml").write_text(world)
        for path, text in files.items():
            (tmp_path / "code" / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "code" / path).write_text(text)
        checkout = tmp_path / "code" if files else None
        drafted = document(found(Wanted(checkout=checkout, sandbox="world.yaml", folder=tmp_path, judged=False)))
        written = text_of(drafted)
        assert plain(reader.read(written.encode(), "estate.yaml").root) == drafted.plain
        assert estate.load(tmp_path / "estate.yaml", (), written.encode())
        return drafted.plain, written

    return make


def test_images_with_a_worker(made):
    images = ("Dockerfile.web", "Dockerfile.worker")
    steps = worlds.contained("shop-api", "web", "worker") + worlds.asked(
        "https://shop-api-0a1b2c3d4e5f.herokuapp.com", "/internal/live"
    )
    there, text = made(
        worlds.world([
            worlds.heroku_app("shop-api", {"web": 2, "worker": 1}, stack="container", paths=("/internal/live",))
        ]),
        {".github/workflows/deploy.yml": worlds.workflow(steps), **dict.fromkeys(images, "FROM x")},
    )  # fmt: skip
    entry = there["apps"]["shop-api"]
    assert entry["formation"] == {
        "web": {"quantity": 2, "size": "Standard-1X"},
        "worker": {"quantity": 1, "size": "Standard-1X"},
    }
    assert entry["probes"] == [{"path": "/internal/live", "json": {"/status": "ok"}}]
    assert (entry["gates"], entry["stack"]) == (["test"], "container")
    repository = there["repositories"][REPOSITORY]
    assert "procfile" not in repository
    assert repository["workflows"]["deploy.yml"]["deploys"] == [
        {"app": "shop-api", "trigger": "push", "branch": "main"}
    ]
    assert "HK002" not in text


def test_a_monorepo_with_three_apps(made):
    in_line = "pipeline: {{name: shop, stage: {}}}".format
    apps = [
        worlds.heroku_app("shop-web", {"web": 1}, more=in_line("production"), paths=("/up",)),
        worlds.heroku_app("shop-api", {"web": 1, "clock": 1}, more=in_line("staging"), paths=("/health", "/")),
        worlds.heroku_app("shop-jobs-dev", {"worker": 2}, paths=()),
        worlds.heroku_app("shop-pr-12", {"web": 1}, more=in_line("review")),
        worlds.heroku_app("other", {"web": 1}),
    ]
    files = {
        f".github/workflows/{name}.yml": worlds.workflow(worlds.pushed(app, name), job=f"deploy-{name}")
        for name, app in (("web", "shop-web"), ("api", "shop-api"), ("jobs", "shop-jobs-dev"))
    }
    protected = "      branches: {main: {protected: true, required_checks: [test], ruleset_checks: [lint]}}\n"
    there, text = made(worlds.world(apps, ("web.yml", "api.yml", "jobs.yml"), repository=protected, job=""), files)
    assert {name: each["tier"] for name, each in there["apps"].items()} == {
        "shop-web": "production", "shop-api": "staging", "shop-jobs-dev": "development",
    }  # fmt: skip
    assert [list(each["formation"]) for each in there["apps"].values()] == [["web"], ["web", "clock"], ["worker"]]
    assert [each["path"] for each in there["apps"]["shop-api"]["probes"]] == ["/health", "/"]
    assert "probes" not in there["apps"]["shop-jobs-dev"]
    repository = there["repositories"][REPOSITORY]
    assert repository["required_checks"] == ["lint", "test"]
    owned = {name: each["deploys"][0]["app"] for name, each in repository["workflows"].items()}
    assert owned == {"api.yml": "shop-api", "jobs.yml": "shop-jobs-dev", "web.yml": "shop-web"}
    assert "2 other apps that this leaves out (--app NAME): other, shop-pr-12" in text
    assert not {"HK018", "GH009", "HK005", "HK006", "WEB001"} & set(text.replace(",", " ").split())


def test_workers_alone_that_no_workflow_deploys(read):
    files = {".github/workflows/deploy.yml": worlds.workflow('- run: "true"')}
    there, text = read(worlds.world([worlds.heroku_app("mailer-prod", {"worker": 1})]), files)
    assert there["apps"] == {
        "mailer-prod": {"tier": "production", "formation": {"worker": {"quantity": 1, "size": "Standard-1X"}}}
    }
    assert there["repositories"][REPOSITORY]["workflows"] == {"deploy.yml": {}}
    assert "# review: no workflow file in code deploys it" in text


def test_an_app_that_is_deployed_and_not_there_named_by_a_variable(read):
    world = worlds.world(
        [worlds.heroku_app("shop-web", {"web": 1})], repository="      variables: {APP_NAME: shop-gone}\n"
    )
    there, text = read(world, {".github/workflows/deploy.yml": worlds.workflow(worlds.pushed("${{ vars.APP_NAME }}"))})
    assert list(there["apps"]) == ["shop-gone"]
    assert there["repositories"][REPOSITORY]["names"] == {"vars.APP_NAME": "shop-gone"}
    assert "# review: it is not on Heroku, or the token does not see it" in text


def test_a_variable_of_each_environment_is_bound_for_each(read):
    world = worlds.world(
        [worlds.heroku_app("shop-web", {"web": 1}), worlds.heroku_app("shop-staging", {"web": 1})],
        environments="{production: {variables: {APP_NAME: shop-web}}, staging: {variables: {APP_NAME: shop-staging}}}",
    )
    staging = worlds.workflow(worlds.pushed("${{ vars.APP_NAME }}"), more="    environment: staging\n")
    there, _ = read(world, {".github/workflows/deploy.yml": staging})
    assert there["apps"].keys() == {"shop-staging"}
    assert there["repositories"][REPOSITORY]["names"] == {
        "vars.APP_NAME": {"production": "shop-web", "staging": "shop-staging"}
    }


def test_what_a_secret_names_is_never_guessed(read):
    files = {".github/workflows/deploy.yml": worlds.workflow(worlds.pushed("${{ secrets.APP_NAME }}"))}
    there, text = read(worlds.world([worlds.heroku_app("shop-web", {"web": 1})]), files)
    assert there["repositories"][REPOSITORY]["workflows"] == {"deploy.yml": {}}
    assert "names" not in there["repositories"][REPOSITORY]
    assert "# review: secrets.APP_NAME names an app or an environment, and GitHub gives nobody the value" in text


def test_a_value_that_may_let_somebody_in_is_not_written(read):
    key = "HRKU-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
    world = worlds.world([worlds.heroku_app("shop", {"web": 1})], repository=f"      variables: {{APP: {key}}}\n")
    _, text = read(world, {".github/workflows/deploy.yml": worlds.workflow(worlds.pushed("${{ vars.APP }}"))})
    assert key not in text
    assert "does not look like a name" in text


def test_an_app_with_one_page_for_every_path_has_no_probe_but_its_first_page(read):
    paths = ("/health", "/", "/asbuilt-asks-whether-every-path-answers")
    app = worlds.heroku_app("shop-web", {"web": 1}, paths=paths).replace("{status: ok}", "{page: shop}")
    there, _ = read(worlds.world([app]), SHOP)
    assert there["apps"]["shop-web"]["probes"] == ["/"]


@pytest.mark.parametrize("refused", REFUSED)
def test_what_may_not_be_read_is_left_out_and_said(read, refused):
    section, name, key, told = REFUSED[refused]
    branches = "      branches: {main: {protected: true, required_checks: [test]}}\n"
    environments = "{production: {reviewers: [operator]}}"
    world = worlds.world([worlds.heroku_app("shop-web", {"web": 1})], repository=branches, environments=environments)
    whole, _ = read(world, SHOP)
    assert key in {**whole[section][name], "nothing": None}
    answer = f'answers:\n  - {{request: "GET https://{refused}", {FORBIDDEN}}}\n'
    there, text = read(f"{world}{answer}", SHOP)
    assert key not in there[section][name]
    assert told in " ".join(line.strip(" #") for line in text.splitlines())


UNFIT = {
    "an app's name": (
        {".github/workflows/deploy.yml": worlds.workflow(worlds.pushed("shop_web"))},
        "",
        "it deploys shop_web too, which this estate leaves out",
    ),
    "an environment's name": (
        {
            ".github/workflows/deploy.yml": worlds.workflow(
                worlds.pushed("shop-web"), more='    environment: "a\\u200bb"\n'
            )
        },
        "",
        "is left out",
    ),
    "a required check's name": (SHOP, '      branches: {main: {ruleset_checks: ["a\\u200bb", test]}}\n', "is left out"),
}


@pytest.mark.parametrize("name", UNFIT)
def test_what_no_estate_may_say_is_left_out_and_said(read, name):
    files, branches, told = UNFIT[name]
    there, text = read(worlds.world([worlds.heroku_app("shop-web", {"web": 1})], repository=branches), files)
    assert "\u200b" not in text
    assert told in " ".join(line.strip(" #") for line in text.splitlines())
    assert there["repositories"][REPOSITORY].get("required_checks", ["test"]) == ["test"]


@pytest.mark.parametrize(("missing", "there", "gone"), [
    ("heroku", ("reviewers", "deploys"), ("formation", "url", "probes")),
    ("github", ("formation", "url", "probes", "deploys"), ("reviewers", "required_checks")),
])  # fmt: skip
def test_without_one_of_the_tokens_its_half_is_left_out(read, monkeypatch, missing, there, gone):
    asked = reading.asked
    monkeypatch.setattr(reading, "asked", lambda *given: replace(asked(*given), **{missing: False}))
    production = worlds.workflow(worlds.pushed("shop-web"), more="    environment: production\n")
    world = worlds.world(
        [worlds.heroku_app("shop-web", {"web": 1})],
        environments="{production: {reviewers: [operator]}}",
        repository="      branches: {main: {ruleset_checks: [test]}}\n",
    )
    _, text = read(world, {".github/workflows/deploy.yml": production})
    assert f"# left out: {missing.capitalize().replace('hub', 'Hub')}: no token" in text
    assert [key for key in there if f"{key}:" not in text] == []
    assert [key for key in gone if f" {key}:" in text] == []


def test_without_files_there_are_no_workflows_and_that_is_said(read):
    there, text = read(worlds.world([worlds.heroku_app("shop-web", {"web": 1})]), {})
    assert "workflows" not in there["repositories"][REPOSITORY]
    assert "# left out: workflow files: none were read" in text


def test_a_sleeping_app_is_asked_until_the_first_path_that_answers(read):
    asleep = worlds.heroku_app("shop-web", {"web": 1}, paths=("/health", "/up")).replace("Standard-1X", "Eco")
    there, _ = read(worlds.world([asleep.replace("web.1: {}", "web.1: {state: idle}")]), SHOP)
    assert [each["path"] for each in there["apps"]["shop-web"]["probes"]] == ["/health"]


def test_a_job_that_cannot_fail_is_no_gate(read):
    files = {path: text.replace("run: make test", 'run: "true"') for path, text in SHOP.items()}
    there, text = read(worlds.world([worlds.heroku_app("shop-web", {"web": 1})]), files)
    assert "gates" not in there["apps"]["shop-web"]
    assert '# review: job "test" stands before each deploy, but is no gate' in text


def test_a_deploy_that_the_environment_refuses_is_left_out_and_said(read):
    production = worlds.workflow(worlds.pushed("shop-web"), more="    environment: production\n")
    environments = '{production: {deployment_branches: ["release/*"]}}'
    there, text = read(
        worlds.world([worlds.heroku_app("shop-web", {"web": 1})], environments=environments),
        {".github/workflows/deploy.yml": production},
    )
    assert there["repositories"][REPOSITORY]["workflows"] == {"deploy.yml": {}}
    assert "# review: its deploy of shop-web from main is left out: its environment refuses that" in text


@pytest.mark.parametrize(("rules", "told"), [
    ("{}", "it is unprotected: any branch deploys shop-web at once"),
    ("{deployment_branches: [main]}", "it has no reviewers: nobody is asked before shop-web is deployed"),
    ("{reviewers: [operator]}", "administrators can deploy past its reviewers"),
    ("{reviewers: [operator, null]}", "1 of its reviewers were deleted"),
    ("{reviewers: [operator], can_admins_bypass: false}", ""),
])  # fmt: skip
def test_an_environment_that_guards_nothing_is_said(read, rules, told):
    production = worlds.workflow(worlds.pushed("shop-web"), more="    environment: production\n")
    world = worlds.world([worlds.heroku_app("shop-web", {"web": 1})], environments=f"{{production: {rules}}}")
    _, text = read(world, {".github/workflows/deploy.yml": production})
    above = text.partition("      production:")[0].partition("environments:")[2]
    assert told in " ".join(line.strip(" #") for line in above.splitlines())
    assert bool(told) == ("# review:" in above)


def test_an_environment_without_a_value_of_its_own_has_that_of_the_repository(read):
    world = worlds.world(
        [worlds.heroku_app("shop-web", {"web": 1}), worlds.heroku_app("shop-dev", {"web": 1})],
        environments="{production: {variables: {APP: shop-web}}, staging: {}}",
        repository="      variables: {APP: shop-dev}\n",
    )
    there, _ = read(world, {".github/workflows/deploy.yml": worlds.workflow(worlds.pushed("${{ vars.APP }}"))})
    names = {"": "shop-dev", "production": "shop-web", "staging": "shop-dev"}
    assert there["repositories"][REPOSITORY]["names"] == {"vars.APP": names}
    assert list(there["apps"]) == ["shop-dev"]


def test_what_is_scaled_to_nothing_is_not_declared_to_run(read):
    there, _ = read(worlds.world([worlds.heroku_app("shop-web", {"web": 1, "worker": 0})]), SHOP)
    assert list(there["apps"]["shop-web"]["formation"]) == ["web"]
    there, text = read(worlds.world([worlds.heroku_app("shop-web", {"web": 0})]), SHOP)
    assert "formation" not in there["apps"]["shop-web"]
    assert "# review: nothing of it runs: its formation is web=0, so none is declared" in text


def test_a_job_that_holds_one_of_two_ways_is_no_gate_of_both(read):
    past = "on: {push: {tags: ['v*']}}\njobs:\n  deploy:\n    runs-on: ubuntu-latest\n    steps:\n"
    steps = "".join(f"      {line}\n" for line in worlds.pushed("shop-web").splitlines())
    world = worlds.world([worlds.heroku_app("shop-web", {"web": 1})], ("deploy.yml", "tag.yml"))
    there, text = read(world, {**SHOP, ".github/workflows/tag.yml": past + steps})
    assert "gates" not in there["apps"]["shop-web"]
    assert "left out of its gates: test (not tag.yml by push refs/tags/v*)" in text


def test_what_a_workflow_asks_and_does_not_answer_is_said(read):
    steps = worlds.pushed("shop-web") + worlds.asked("https://shop-web-0a1b2c3d4e5f.herokuapp.com", "/version")
    there, text = read(
        worlds.world([worlds.heroku_app("shop-web", {"web": 1})]),
        {".github/workflows/deploy.yml": worlds.workflow(steps)},
    )
    assert [each["path"] for each in there["apps"]["shop-web"]["probes"]] == ["/health"]
    assert "# review: the health check behind a deploy asks /version, which does not answer 200 now" in text
