"""Which Procfile counts: the one that the deploys of a repository send to Heroku."""

import pytest

from asbuilt.workflows.judge.procfile import needs_no_procfile, wrong_start
from asbuilt.workflows.paths.checkout import read

DEPLOY = "on: push\njobs:\n  deploy:\n    runs-on: x\n    env: {{ FOLDER: backend }}\n    steps:\n{0}"
ACTION = "      - uses: akhileshns/heroku-deploy@v3\n        with: {{ heroku_app_name: shop{0} }}\n"
SCRIPT = "      - run: |\n          {0}\n"
URL = "https://git.heroku.com/shop.git"
IMAGE = SCRIPT.format("heroku container:release web -a shop")


@pytest.fixture
def checkout(tmp_path):
    def make(steps, **files):
        made = {".github/workflows/deploy.yml": DEPLOY.format(steps), "backend/app.py": "", "app.py": "", **files}
        for name, text in made.items():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text(text, "utf-8")
        return read(tmp_path)

    return make


WEB = "web: gunicorn app:app\n"
BACKEND = {"backend/Procfile": WEB}


@pytest.mark.parametrize(
    ("steps", "files", "expected", "message"),
    [
        (ACTION.format(""), {"Procfile": WEB}, "app.py", None),
        (ACTION.format(", appdir: backend"), BACKEND, "backend/app.py", None),
        (ACTION.format(", appdir: './backend/'"), BACKEND, "backend/app.py", None),
        (ACTION.format(", appdir: '${{ env.FOLDER }}'"), BACKEND, "backend/app.py", None),
        (SCRIPT.format(f"git subtree push --prefix backend {URL} main"), BACKEND, "backend/app.py", None),
        (SCRIPT.format(f"git subtree push --prefix=$FOLDER {URL} main"), BACKEND, "backend/app.py", None),
        (SCRIPT.format(f"git push {URL} `git subtree split --prefix backend`:main"), BACKEND, "backend/app.py", None),
        (SCRIPT.format(f"git push {URL} $(git subtree split -P backend HEAD):main"), BACKEND, "backend/app.py", None),
        # Each app of a repository may be a folder of its own.
        (ACTION.format(", appdir: site") + ACTION.format(", appdir: backend"), BACKEND, "backend/app.py", None),
        (ACTION.format(""), BACKEND, "backend/app.py", "there is no Procfile"),
        (ACTION.format(", appdir: backend"), {"Procfile": WEB}, "app.py", "there is no backend/Procfile"),
        (ACTION.format(", appdir: backend"), BACKEND, "app.py", '"web" starts backend/app.py, expected app.py'),
        (
            ACTION.format(", appdir: site") + ACTION.format(", appdir: backend"),
            {"backend/Procfile": "web: gunicorn old:app\n"},
            "backend/app.py",
            '"web" starts backend/old.py, expected backend/app.py',
        ),
        (ACTION.format(", appdir: '${{ vars.FOLDER }}'"), {"Procfile": WEB}, "app.py", None),
        # The action writes what it is given over what is there.
        (ACTION.format(", procfile: 'web: gunicorn app:app'"), {}, "app.py", None),
        (ACTION.format(", appdir: backend, procfile: 'web: gunicorn app:app'"), {}, "backend/app.py", None),
        (ACTION.format(", procfile: 'web: bin/rails s'"), {"Procfile": WEB}, "app.py", "cannot be told"),
    ],
)  # fmt: skip
def test_the_procfile_that_is_sent_counts(checkout, steps, files, expected, message):
    fault = next(wrong_start(checkout(steps, **files), "web", expected), None)
    assert (fault is None) == (message is None)
    assert message is None or message in fault.fact


def test_what_the_action_is_given_is_found_where_it_is_given(checkout):
    made = checkout(ACTION.format(",\n                 procfile: 'web: gunicorn old:app'"))
    (fault,) = wrong_start(made, "web", "app.py")
    assert (fault.path, fault.mark.line) == (".github/workflows/deploy.yml", 9)


@pytest.mark.parametrize(
    ("steps", "files", "reason"),
    [
        (ACTION.format(""), {}, ""),
        (IMAGE, {}, "every deploy brings an image"),
        (IMAGE + ACTION.format(""), {}, ""),
        (ACTION.format(""), {"heroku.yml": "run: { web: x }\n"}, "heroku.yml says"),
        # Which of the two counts, the stack of the app decides.
        (ACTION.format(""), {"heroku.yml": "run: { web: x }\n", "Procfile": WEB}, ""),
    ],
)
def test_an_image_needs_no_procfile(checkout, steps, files, reason):
    found = needs_no_procfile(checkout(steps, **files))
    assert found.startswith(reason)
    assert bool(found) == bool(reason)
