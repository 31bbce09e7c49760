import pytest

from asbuilt.workflows.files.procfile import missing, parse, process_problem
from asbuilt.workflows.files.started import files_started_by
from asbuilt.workflows.yaml.document import Mark


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
        ("python -W ignore -X dev worker.py", "worker.py"),
        ("python /app/worker.py", "worker.py"),
        ("python ./src/../worker.py", "worker.py"),
        ("python $SCRIPT", None),
        ("cd $FOLDER && python worker.py", None),
        ("gunicorn $APP_MODULE", None),
        ("gunicorn 'unclosed", None),
        ("gunicorn -c gunicorn.conf.py", None),
        ("gunicorn", None),
        ("gunicorn -w4 -k gevent shop.wsgi", "shop/wsgi.py"),
        ("gunicorn -c python:config.web shop.wsgi:app", "shop/wsgi.py"),
        ("gunicorn --an-option-of-tomorrow shop.wsgi:app", "shop/wsgi.py"),
        ("gunicorn --pythonpath src app:app", "src/app.py"),
        ("PYTHONPATH=src gunicorn shop.app:app", "shop/app.py"),
        ("uvicorn --factory --reload shop.main:create --port=$PORT", "shop/main.py"),
        ("hypercorn shop.main:app -b 0.0.0.0:$PORT", "shop/main.py"),
        ("daphne -b 0.0.0.0 -p $PORT shop.asgi:application", "shop/asgi.py"),
        ("waitress-serve --listen=*:$PORT --call shop.app:create", "shop/app.py"),
        ("python -m waitress --port=$PORT app:app", "app.py"),
        ("FLASK_APP=shop/main.py flask run --port $PORT", "shop/main.py"),
        ("export FLASK_APP=shop.main:create && flask run", "shop/main.py"),
        ("python -m flask --app shop.main run", "shop/main.py"),
        ("flask run", "app.py"),
        ("flask db upgrade", None),
        ("REMAP_SIGTERM=SIGQUIT celery --app shop.tasks worker --beat", "shop/tasks.py"),
        ("streamlit run dashboard.py --server.port $PORT", "dashboard.py"),
        ("node server.js", "server.js"),
        ("node -r dotenv/config --inspect src/server.mjs", "src/server.mjs"),
        ("node server", "server.js"),
        ("node -e 'run()'", None),
        ("bundle exec ruby lib/clock.rb start", "lib/clock.rb"),
        ("./start.sh", "start.sh"),
        ("cd src&&bash main.sh", "src/main.sh"),
        ('bash -lc "cd src && exec gunicorn shop.app:app -w ${WEB:-2}"', "src/shop/app.py"),
        ("bin/start-stunnel gunicorn -c gunicorn_conf.py config.wsgi:application", "config/wsgi.py"),
        ("bin/start-server", None),
        ("npm start", "package.json"),
        ("cd site && yarn start", "site/package.json"),
        ("npm --prefix site run start:prod", "site/package.json"),
        ("node .", "index.js"),
        ("pushd backend && gunicorn app:app", "backend/app.py"),
        ("(cd backend && python app.py)", "backend/app.py"),
        ("cd $HOME/backend && gunicorn app:app", "backend/app.py"),
        ("PYTHONPATH=${PWD}/src gunicorn shop.app:app", "shop/app.py"),
        ("gunicorn --chdir /app app:app", "app.py"),
        ("op run --env-file=.env -- gunicorn app:app", "app.py"),
        ("chamber exec shop -- python -m jobs", "jobs.py"),
        ("gunicorn app:app -- --x", "app.py"),
        ("opentelemetry-instrument --traces_exporter otlp gunicorn app:app", "app.py"),
        ("hypercorn asgi:shop.app:app", "shop/app.py"),
        ("hypercorn asgi:app", "asgi.py"),
        ("sanic shop.app:app --host=0.0.0.0", "shop/app.py"),
        ("granian --interface asgi shop.app:app", "shop/app.py"),
        ("dramatiq shop.tasks", "shop/tasks.py"),
        ("uwsgi --http-socket :$PORT --module shop.wsgi:app", "shop/wsgi.py"),
        ("uwsgi --http-socket :$PORT --wsgi-file wsgi.py", "wsgi.py"),
        ("uwsgi uwsgi.ini", None),
        ("bundle exec puma -C config/puma.rb", None),
        ("java -jar target/shop.jar", None),
        ("python manage.py migrate && gunicorn app:app", "app.py"),
        ("gunicorn app:app || python alert.py", "app.py"),
        ("gunicorn app:app | python log.py", "app.py"),
        ("python manage.py migrate; echo done", "manage.py"),
        ('gunicorn "shop.app:create_app()"', "shop/app.py"),
    ],
)
def test_the_file_that_a_command_starts(command, expected):
    assert next(iter(files_started_by(command)), None) == expected


def problem(text, files, expected="shop/app.py"):
    return process_problem(parse(text), "web", expected, files)


@pytest.mark.parametrize(
    ("text", "files", "expected"),
    [
        ("web: gunicorn shop.app:app", {"shop/app.py"}, "shop/app.py"),
        ("web: gunicorn shop:app", {"shop/__init__.py"}, "shop/__init__.py"),
        ("web: gunicorn shop:app", {"shop/__init__.py", "shop.py"}, "shop/__init__.py"),
        ("web: python -m shop", {"shop/__init__.py", "shop/__main__.py"}, "shop/__main__.py"),
        ("web: PYTHONPATH=src gunicorn app:app", {"src/app.py"}, "src/app.py"),
        ("web: celery -A shop worker", {"shop/__init__.py", "shop/celery.py"}, "shop/celery.py"),
        ("web: flask run", {"wsgi.py"}, "wsgi.py"),
        ("web: FLASK_APP=shop flask run", {"shop/__init__.py"}, "shop/__init__.py"),
        ("web: node server", {"server/index.js"}, "server/index.js"),
        ("web: deno-like serve src/main.ts", {"src/main.ts"}, "src/main.ts"),
        ("web: cd src && deno-like serve main.ts", {"src/main.ts"}, "src/main.ts"),
        ("web: PYTHONPATH=$PWD/src gunicorn app:app", {"src/app.py"}, "src/app.py"),
        ("\ufeffweb: python app.py", {"app.py"}, "app.py"),
    ],
)
def test_a_process_starts_what_is_there(text, files, expected):
    assert problem(text, files, expected) is None


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("# none\nworker: python app.py", (1, 1), 'process "web" is missing; what is there: worker'),
        ("# none", (1, 1), 'process "web" is missing; what is there: no process'),
        ("#\nweb gunicorn shop.app:app", (2, 1), '"web" is no process: a line is `NAME: COMMAND`'),
        ("web:", (1, 1), '"web" is no process: a line is `NAME: COMMAND`'),
        ("\n  web: python app.py", (2, 3), '"web" starts app.py, expected shop/app.py'),
        ("web: gunicorn shop.app", (1, 1), '"web" starts shop/app.py, and there is no such file'),
        (
            "web: bin/rails s",
            (1, 1),
            'which file "web" starts cannot be told from its command, expected shop/app.py',
        ),
    ],
)
def test_what_is_wrong_with_a_process_is_said_with_its_line(text, place, message):
    found = problem(text, {"app.py"})
    assert (found.mark, found.fact) == (Mark(*place), message)


def test_a_procfile_that_is_not_there_says_so():
    found = process_problem(missing(), "web", "app.py", {"app.py"})
    assert found.fact == 'there is no Procfile, so Heroku starts no "web"; expected a line `web: COMMAND`'
