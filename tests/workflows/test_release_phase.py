"""The release phase that a Procfile declares, and what an image from the registry runs in its place."""

from dataclasses import dataclass

import pytest

from asbuilt.workflows.judge import release_phase
from asbuilt.workflows.judge.procfile import needs_no_procfile
from asbuilt.workflows.paths.checkout import read

WEB, RELEASE = ("registry.heroku.com/kiosk/web", "registry.heroku.com/kiosk/release")
BOTH = "heroku container:release web release --app kiosk"
PATCH = "curl --fail -X PATCH https://api.heroku.com/apps/kiosk/formation -d "

ONE_NAME = f"docker build -t x .\ndocker tag x {WEB}\ndocker build -t x -f Dockerfile.release .\ndocker tag x {RELEASE}"
BY_ACTION = """- uses: akhileshns/heroku-deploy@v3
  with: { heroku_app_name: kiosk, usedocker: true, docker_heroku_process_type: web release }"""


@dataclass(frozen=True)
class Kiosk:
    name: str = "kiosk"


def found(root, step, procfile="web: bin/serve\nrelease: bin/migrate\n", before=""):
    folder = root / ".github" / "workflows"
    folder.mkdir(parents=True)
    lines = step if step.startswith("- ") else "- run: |\n" + "".join(f"    {line}\n" for line in step.splitlines())
    indented = "".join(f"      {line}\n" for line in (before + lines).splitlines())
    (folder / "deploy.yml").write_text(f"on: push\njobs:\n  one:\n    runs-on: x\n    steps:\n{indented}")
    (root / "Procfile").write_text(procfile)
    checkout = read(root)
    assert all(each.document.problems == () for each in checkout.workflow_files)
    line = release_phase.release_line(checkout)
    return release_phase.dead(Kiosk(), line, checkout.deploy_paths) if line else None


def outcome(gaps):
    return ["open" if gap.open else "dead" for gap in gaps]


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        ("heroku container:release web --app kiosk", ["dead"]),
        (f"docker build -t {WEB} -f Dockerfile .\ndocker build -t {RELEASE} -f Dockerfile.release .\n{BOTH}", []),
        (f"heroku container:push --recursive -a kiosk\n{BOTH}", []),
        (f"docker build -t {WEB} .\ndocker tag {WEB} {RELEASE}\n{BOTH}", ["dead"]),
        (f"docker build -t kiosk .\ndocker tag kiosk {WEB}\ndocker tag kiosk {RELEASE}\n{BOTH}", ["dead"]),
        (f"docker build -t {WEB} -t {RELEASE} .\n{BOTH}", ["dead"]),
        (f"docker build -t other .\ndocker tag other {RELEASE}\n{BOTH}", []),
        (f"{ONE_NAME}\n{BOTH}", []),
        ("heroku container:release $TYPES --app kiosk", ["open"]),
        (PATCH + '\'{"updates": [{"type": "web", "docker_image": "x"}]}\'', ["dead"]),
        (PATCH + '\'{"updates": [{"type": "release", "docker_image": "x"}]}\'', []),
        ("git push https://git.heroku.com/kiosk.git HEAD:main", []),
        ("heroku pipelines:promote --app kiosk-staging --to kiosk", []),
        ("- { uses: akhileshns/heroku-deploy@v3, with: { heroku_app_name: kiosk } }", []),
        ("- { uses: akhileshns/heroku-deploy@v3, with: { heroku_app_name: kiosk, usedocker: true } }", ["dead"]),
        (BY_ACTION, []),
    ],
)
def test_an_image_runs_its_own_command_in_the_release_phase(tmp_path, step, expected):
    gaps = found(tmp_path, step)
    assert outcome(gaps) == expected
    assert all(
        gap.open or (gap.path, gap.mark, gap.excerpt) == ("Procfile", (2, 1), "release: bin/migrate") for gap in gaps
    )
    assert all(len(gap.fact) < 160 for gap in gaps)


def test_two_names_that_an_action_gives_one_image(tmp_path):
    build = f"- {{ uses: docker/build-push-action@v6, with: {{ push: true, tags: '{WEB},{RELEASE}' }} }}\n"
    assert outcome(found(tmp_path, BOTH, before=build)) == ["dead"]


def test_without_a_release_phase_there_is_nothing_to_judge(tmp_path):
    assert found(tmp_path, BOTH, procfile="web: bin/serve\n") is None


def test_a_promotion_needs_no_procfile_of_its_own(tmp_path):
    found(tmp_path, "heroku pipelines:promote --app kiosk-staging --to kiosk")
    assert needs_no_procfile(read(tmp_path)) == "every deploy promotes what another app runs: Heroku reads no Procfile"


def test_an_image_that_is_promoted_needs_none_either(tmp_path):
    promoted = "heroku container:release web -a kiosk-staging\nheroku pipelines:promote -a kiosk-staging --to kiosk"
    found(tmp_path, promoted)
    assert needs_no_procfile(read(tmp_path)) == "every deploy brings an image: Heroku reads no Procfile"
