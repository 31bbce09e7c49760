import pytest

from asbuilt.workflows.document import Mark
from asbuilt.workflows.procfile import file_started_by, parse


def test_a_procfile_is_read_with_places():
    procfile = parse("# what runs\n\nweb: gunicorn app:app\r\n  worker:python  -m jobs.run\nrelease : ./migrate.sh\n")
    assert {name: (each.command, each.mark) for name, each in procfile.processes.items()} == {
        "web": ("gunicorn app:app", Mark(3, 1)),
        "worker": ("python  -m jobs.run", Mark(4, 3)),
        "release": ("./migrate.sh", Mark(5, 1)),
    }
    assert procfile.document.problems == ()


def test_a_line_that_is_no_process_is_a_problem():
    procfile = parse("web gunicorn app:app\nworker:\n")
    assert procfile.processes == {}
    assert [each.mark.line for each in procfile.document.problems] == [1, 2]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("gunicorn backend_v2.app:app", "backend_v2/app.py"),
        ("gunicorn --bind 0.0.0.0:$PORT --workers 2 backend_v2.app:app", "backend_v2/app.py"),
        ("gunicorn -b :$PORT -w=2 --preload backend_v2.app:create_app() --log-file -", "backend_v2/app.py"),
        ("gunicorn --chdir backend_v2 app:app", "backend_v2/app.py"),
        ("gunicorn --chdir=backend_v2 app:app", "backend_v2/app.py"),
        ("cd backend_v2 && gunicorn app:app", "backend_v2/app.py"),
        ("cd a && cd b && exec gunicorn c.d", "a/b/c/d.py"),
        ("bin/gunicorn app:app", "app.py"),
        ("PYTHONPATH=. WEB_CONCURRENCY=2 gunicorn app:app", "app.py"),
        ("newrelic-admin run-program gunicorn app:app", "app.py"),
        ("uvicorn --app-dir src shop.main:app --host 0.0.0.0 --port $PORT", "src/shop/main.py"),
        ("python -m gunicorn app:app", "app.py"),
        ("python -m jobs.run --now", "jobs/run.py"),
        ("python3.12 -u src/worker.py queue", "src/worker.py"),
        ("cd src && python worker.py", "src/worker.py"),
        ("python -c 'print(1)'", None),
        ("./start.sh", None),
        ("gunicorn $APP_MODULE", None),
        ("gunicorn 'unclosed", None),
        ("node server.js", None),
        ("python manage.py migrate && gunicorn app:app", "manage.py"),
    ],
)
def test_the_file_that_a_command_starts(command, expected):
    assert file_started_by(command) == expected
