"""What the help of each verb shows besides its options: how it is used, and what its exit codes mean."""

BEGIN = (
    ("asbuilt demo", "an incident is caught, and its repair passes, on this machine alone"),
    ("asbuilt init", "a first estate.yaml, from what is there"),
    ("asbuilt static", "judge the workflow files here"),
    ("asbuilt live", "judge what Heroku and GitHub answer"),
)
EXAMPLES: dict[str, tuple[tuple[str, str], ...]] = {
    "demo": (("asbuilt demo", "ends with a report to open in a browser"),),
    "init": (
        ("asbuilt init --app my-app --checkout .", "an app, and the workflows of this checkout"),
        ("asbuilt init --sandbox healthy", "to see what comes of it, without tokens"),
    ),
    "doctor": (("asbuilt doctor", "tokens, names and reach, before a first run"),),
    "controls": (
        ("asbuilt controls", "all of them"),
        ("asbuilt controls HK002", "one, with why and what to do"),
    ),
    "paths": (
        ("asbuilt paths --checkout .", "every way from the workflows here"),
        ("asbuilt paths --app my-app --format svg > paths.svg", "those to one app, drawn"),
    ),
    "record": (
        ("asbuilt record", "the newest run"),
        ("asbuilt record reports/20260430T163000Z-0c52f32f", "another"),
    ),
    "verify": (
        ("asbuilt verify", "the newest run"),
        ("asbuilt verify RUN --max-age 26h --rejudge", "before something rests on it"),
    ),
    "history": (
        ("asbuilt history", "all runs in reports"),
        ("asbuilt history nightly --max-age 26h", "of another folder; exit 1 where the newest night is older"),
    ),
    "alert": (
        ("asbuilt alert --state alerts.json", "whoever the estate names, for the newest run"),
        ("asbuilt alert RUN --state alerts.json --dry-run", "what would be told"),
    ),
    "watch": (
        ("asbuilt watch --every 5m --state alerts.json", "until it is ended, and somebody is called"),
        ("asbuilt watch --once --sandbox=healthy+dyno-crashed", "one look, to see what it says"),
    ),
    "sandbox": (
        ("asbuilt sandbox", "serve the healthy world on port 8080"),
        ("asbuilt sandbox --scenario healthy+dyno-crashed --port 0", "one with a fault, on any free port"),
    ),
    "schema": (("asbuilt schema > estate.schema.json", "for editors: yaml-language-server, and others"),),
    "completion": (
        ('eval "$(asbuilt completion bash)"', "in ~/.bashrc"),
        ("asbuilt completion fish > ~/.config/fish/completions/asbuilt.fish", "once"),
    ),
}
_JUDGED = "exit: 0 all as it should be, {one}, 2 interrupted, 3 internal, 4 usage"
EXITS = {
    "doctor": _JUDGED.format(one="1 something is not"),
    "demo": _JUDGED.format(one="1 not so"),
    "alert": "exit: 0 done, 1 a target was not told, 2 interrupted, 3 internal, 4 usage",
    "watch": "exit: --once as asbuilt live; --every 0 ended by SIGTERM, 2 interrupted, 3 internal, 4 usage",
    "history": "exit: 0 done, 1 --max-age is exceeded, 2 interrupted, 3 internal, 4 usage",
    "verify": _JUDGED.format(one="1 something does not fit"),
}
EXIT = "exit: 0 done, 2 interrupted, 3 internal, 4 usage"
