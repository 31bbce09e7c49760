"""What an estate may not say: each with the place, what is wrong and what is allowed."""

from datetime import timedelta

import pytest

from asbuilt.estate import load
from asbuilt.estate_errors import MOST_PROBLEMS

APP = "estate: x\napps: {a: {%s}}\n"
WAIVER = {"control": "HK001", "subject": "a", "until": "2026-12-31", "owner": "o", "issue": "1", "reason": "r"}


def _app(text):
    return APP % text


def _repository(text):
    return f"estate: x\napps: {{a: }}\nrepositories: {{o/r: {{{text}}}}}\n"


def _environment(text):
    return _repository(f"environments: {{e: {{{text}}}}}")


def _deploy(text):
    return _repository(f"workflows: {{w.yml: {{deploys: [{{app: a, trigger: push, {text}}}]}}}}")


def _waiver(**other):
    entries = ", ".join(f"{key}: {value}" for key, value in (WAIVER | other).items())
    return f"estate: x\napps: {{a: }}\nwaivers: [{{{entries}}}]\n"


def _links(text):
    return f"estate: x\napps: {{a: }}\nlinks: {{{text}}}\n"


NOT_EMPTY = "expected a text that is not empty"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('estate: " "\napps: {a: }\n', f'1:1: " " is invalid for "estate": {NOT_EMPTY}'),
        (_waiver(owner='" "'), f'3:59: " " is invalid for "owner" in waivers.0: {NOT_EMPTY}'),
        (_waiver(owner='"\\u200b"'), '3:59: "\\u200b" is invalid for "owner" in waivers.0: it has a line break, a tab'),
        (_waiver(reason='" \\t "'), f'3:79: " " is invalid for "reason" in waivers.0: {NOT_EMPTY}'),
        (_waiver(subject='" "'), f'3:28: " " is invalid for "subject" in waivers.0: {NOT_EMPTY}'),
        (_app('gates: [" "]'), f'2:20: " " is invalid as item 1 of apps.a.gates: {NOT_EMPTY}'),
        (_app('environment: ""'), f'2:12: an empty text is invalid for "environment" in apps.a: {NOT_EMPTY}'),
        (_app('formation: {" ": 1}'), '2:24: key " " is invalid in apps.a.formation: expected a process type'),
        (_app('formation: {web: {quantity: 1, size: " "}}'), '2:43: " " is invalid for "size" in apps.a.formation.web'),
        (_repository('required_checks: [" "]'), '3:40: " " is invalid as item 1 of repositories.o/r.required_checks'),
        (_repository('default_branch: ""'), '3:22: an empty text is invalid for "default_branch" in repositories.o/r'),
        (_repository('checkout: ""'), '3:22: an empty text is invalid for "checkout" in repositories.o/r'),
        (_repository('checkout: "a\\0b"'), '3:22: "a\\x00b" is invalid for "checkout" in repositories.o/r'),
        (_repository('procfile: {web: " "}'), '3:33: " " is invalid for "web" in repositories.o/r.procfile'),
        (_repository('procfile: {"w b": a}'), '3:33: key "w b" is invalid in repositories.o/r.procfile'),
        (_repository('environments: {" ": }'), '3:37: key " " is invalid in repositories.o/r.environments'),
        (_repository('environments: {"a\\nb": }'), '3:37: key "a b" is invalid in repositories.o/r.environments'),
        (_repository("environments: {prod: , Prod: }"), '3:45: key "Prod" is "prod" of line 3 again: case makes no'),
        (_repository('workflows: {"": }'), '3:34: key "" is invalid in repositories.o/r.workflows'),
        (_repository('workflows: {"a\\n.yml": }'), '3:34: key "a .yml" is invalid in repositories.o/r.workflows'),
        (_environment('reviewers: [" "]'), '3:53: " " is invalid as item 1 of repositories.o/r.environments.e.review'),
        (_environment("reviewers: [Kris, kris]"), '3:59: "kris" is there twice: case makes no difference'),
        (_environment('secrets: [" "]'), '3:51: " " is invalid as item 1 of repositories.o/r.environments.e.secrets'),
        (_environment('deployment_branches: [" "]'), '3:63: " " is invalid as item 1 of repositories.o/r.environments'),
        (_environment('decision: " "'), '3:41: " " is invalid for "decision" in repositories.o/r.environments.e'),
        (_deploy('branch: " "'), '3:76: " " is invalid for "branch" in repositories.o/r.workflows.w.yml.deploys.0'),
        (_deploy('tag: ""'), '3:76: an empty text is invalid for "tag" in repositories.o/r.workflows.w.yml.deploys.0'),
        (_deploy('inputs: {" ": x}'), '3:85: key " " is invalid in repositories.o/r.workflows.w.yml.deploys.0.inputs'),
        (_deploy('inputs: {x: "a\\nb"}'), '3:85: "a b" is invalid for "x" in repositories.o/r.workflows.w.yml.deploys'),
        (_deploy('inputs: {x: "\\e]0;"}'), '3:85: "\\x1b]0;" is invalid for "x" in repositories.o/r.workflows.w.yml'),
    ],
)
def test_blank_and_unseen_texts_are_refused(text, expected, wrong):
    assert wrong(text)[0].startswith(f"estate.yaml:{expected}"), wrong(text)


@pytest.mark.parametrize("name", ["", " ", ".", "..", "a/b", "a%2fb", "a?b", "a#b", "a\\nb", "\\u202ea", " a", "a.b"])
def test_an_app_is_called_what_heroku_calls_apps(name, wrong):
    lines = wrong(f'estate: x\napps:\n  "{name}": {{}}\n')
    assert len(lines) == 1
    assert lines[0].startswith("estate.yaml:3:3: key ")
    assert lines[0].endswith("expected an app's name on Heroku: letters, digits and -, such as shop-prod")


@pytest.mark.parametrize("name", ["o", "o/..", "../r", "./r", "o/.", "o/r/s", "o/r?", "o/r%2f", "ö/r", "o/ r"])
def test_a_repository_is_called_owner_and_name(name, wrong):
    assert wrong(f'estate: x\nrepositories:\n  "{name}": {{}}\n') == [
        f'estate.yaml:3:3: "{name}" is not a repository; write OWNER/NAME'
    ]


@pytest.mark.parametrize("name", ["o/.github", "o_corp/r.js", "O-1/r_2"])
def test_names_that_github_gives_are_taken(name, written):
    assert list(load(written(f"estate: x\nrepositories: {{{name}: }}\n")).repositories) == [name]


@pytest.mark.parametrize("entry", ["false", "0", '""', "[]", "x"])
def test_only_a_mapping_or_nothing_stands_behind_a_name(entry, wrong):
    assert wrong(f"estate: x\napps: {{a: {entry}}}\n")[0].endswith('is invalid for "a" in apps: expected a mapping')


@pytest.mark.parametrize(
    ("text", "key"),
    [
        *((_app(f"formation: {{web: {{quantity: {each}}}}}"), "quantity") for each in ("true", "-1", "1.0", "10001")),
        *((_app(f"formation: {{web: {{quantity: {each}}}}}"), "quantity") for each in ('"1"', ".inf", ".nan", "1e400")),
        *((_app(f"probes: [{{path: /a, status: {each}}}]"), "status") for each in ("true", "99", "600", "200.0")),
        *((_environment(f"wait_timer: {each}"), "wait_timer") for each in ("yes", "true", "-1", "43201", '"5"')),
        *((_repository(f"red_after: {each}"), "red_after") for each in ("0", "true", "21", "99999999999999999999")),
        *((_waiver(issue=each), "issue") for each in ("0", "-7", "true", "1.0", '"7"', "2147483648", "{}")),
        *((f"estate: x\napps: {{a: }}\ncontrols: {{HK001: {{issue: {each}}}}}\n", "issue") for each in ("0", "true")),
    ],
)
def test_numbers_are_whole_and_bounded(text, key, wrong):
    assert f'is invalid for "{key}" in ' in wrong(text)[0]
    assert ": expected a whole number from " in wrong(text)[0]


def test_no_more_failures_are_asked_for_than_are_ever_seen(wrong):
    assert wrong(_repository("red_after: 21"))[0].endswith("from 1 to 20")


@pytest.mark.parametrize(
    "value", ["99999999999999999999d", "99999999d", "366d", "\u0665m", "-5m", "5", ".inf", "{}", "[5m]"]
)
def test_a_grace_is_a_time_that_can_be_waited_for(value, wrong):
    assert wrong(_app(f"grace: {value}"))[0].endswith("a number and a unit: 90s, 5m, 2h or 1d, at most 365d")


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        *((each, "expected a date: YYYY-MM-DD") for each in ("0", "true", "20261231", "1e400", "[]", "2026-1-1")),
        ("2026-12-31T00:00:00", "expected a date: YYYY-MM-DD, without a time or anything else"),
        ('"2026-12-31 00:00"', "expected a date: YYYY-MM-DD, without a time or anything else"),
        ("2026-02-30", "the calendar has no such day; expected a date: YYYY-MM-DD"),
        ("0000-01-01", "the calendar has no such day; expected a date: YYYY-MM-DD"),
    ],
)
def test_a_waiver_ends_on_a_day(until, expected, wrong):
    assert wrong(_waiver(until=until))[0].endswith(f'is invalid for "until" in waivers.0: {expected}')


@pytest.mark.parametrize(
    "url",
    [
        *("https://", "http://:80", "//a.com", "a.com", "ftp://a.com", "javascript:alert(1)", "HTTPS://a.com"),
        *("https://a.com:", "https://a.com:0", "https://a.com:65536", "https://a.com:99999", "https://a.com:x"),
        *("https://u:hunter22@a.com", "https://a.com?hunter22", "https:\\\\\\\\u:hunter22@a.com", "u:hunter22@a.com"),
        *("https://a.com/", "https://a.com/p", "https://a.com#f", "https://a b.com", "https://a.com\\n"),
        *("https://a.com\\0", "https://a.com\\u202e", "https://größe.de", "https://[::g]", "https://[::1%eth0]"),
        *("https://a..com", "https://-a.com", f"https://{'a.' * 126}com", "https://a@b"),
    ],
)
def test_an_origin_is_a_scheme_a_host_and_a_port(url, wrong):
    line = wrong(_app(f'url: "{url}"'))[0]
    assert line.startswith("estate.yaml:2:12: ")
    assert "expected an origin, such as https://shop.example.com" in line
    assert "hunter22" not in line


@pytest.mark.parametrize("url", ["http://a", "https://1.2.3.4:65535", "https://[::1]:80", "https://xn--gre-6ka8i.de."])
def test_origins_that_can_be_asked_are_taken(url, written):
    assert load(written(_app(f'url: "{url}"'))).apps["a"].url == url


@pytest.mark.parametrize(
    "path",
    [
        *("", "health", "//evil.com/x", "/a?key=hunter22", "/a#b", "/a b", "/a\\0", "/a\\n", "/a\\e", "/..", "/a/../b"),
        *("/./a", "/%zz", "/%", "/a\\\\b", "/größe", "/{app}", "/\\u2028"),
    ],
)
def test_a_probe_is_a_path_and_nothing_else(path, wrong):
    line = wrong(_app(f'probes: ["{path}"]'))[0]
    assert line.startswith("estate.yaml:2:21: ")
    assert "expected a path that begins with /, such as /health" in line
    assert "hunter22" not in line


@pytest.mark.parametrize("path", ["/", "/a/", "/a//b", "/gr%C3%B6%C3%9Fe", "/a;b=c,d", "/~a/(b)", "/.well-known/x"])
def test_paths_that_can_be_asked_are_taken(path, written):
    assert load(written(_app(f'probes: ["{path}"]'))).apps["a"].probes[0].path == path


def test_a_probe_is_declared_once(wrong):
    text = _app("probes: [/a, {path: /a, status: 302}]")
    assert wrong(text) == ['estate.yaml:2:25: probe "/a" is declared twice: an app answers one status']


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//a.com/x", "/x", "https://", "https:///x"),
        *("https://u:hunter22@a.com/x", "https://a.com/x y", "https://a.com/\\u0007", "https://a.com/\\u202e"),
        *("https://a.com/<b>", 'https://a.com/\\"', "https://a.com/`", "https://a.com:0/"),
    ],
)
def test_links_lead_to_http_and_carry_no_password(url, wrong):
    lines = wrong(_links(f'runbook: "{url}", decisions: {{A: "{url}"}}'))
    assert len(lines) == 2
    for line in lines:
        assert "expected a URL with a host, such as https://example.com/runbook: http or https, no name or p" in line
        assert "hunter22" not in line


@pytest.mark.parametrize(
    "url",
    [
        *("{0}{issue}", "{issue!r}", "{issue", "{issue}}", "{{issue}}", "{}", "x", "{issue} ", "{issue.__class__}"),
        *("{issue:>99999999}", "{issue}{", "}{issue}"),
    ],
)
def test_issues_have_one_word_in_braces(url, wrong):
    line = wrong(_links(f'issues: "https://a.com/{url}"'))[0]
    assert "expected a URL with {issue} in its path" in line


@pytest.mark.parametrize("url", ["javascript:{issue}", "https://{issue}.com/", "https://a.com:{issue}/", "{issue}"])
def test_an_issue_is_no_part_of_a_host(url, wrong):
    assert "expected a URL with {issue} in its path" in wrong(_links(f'issues: "{url}"'))[0]


def test_the_url_of_an_issue(written):
    links = load(written(_links('issues: "https://a.com/{issue}?of={issue}#x"'))).links
    assert links.issue_url(7) == "https://a.com/7?of=7#x"
    assert links.issue_url(None) is None
    assert load(written(_links(""))).links.issue_url(7) is None


def test_twenty_problems_are_said_in_the_order_of_the_file_and_the_rest_is_counted(wrong):
    apps = "".join(f"  a{number}: {{teir: x}}\n" for number in range(57))
    lines = wrong(f"estate: x\napps:\n{apps}")
    assert [line.split(":")[1] for line in lines[:-1]] == [str(3 + number) for number in range(MOST_PROBLEMS)]
    assert lines[-1] == "... and 37 more"


def test_twenty_contradictions_are_said_in_the_order_of_the_file(wrong):
    waivers = "".join(f"- {{{', '.join(f'{k}: {v}' for k, v in WAIVER.items())}}}\n" for _ in range(30))
    lines = wrong(
        f"waivers:\n{waivers.replace('subject: a', 'subject: b')}estate: x\napps: {{a: {{repository: o-r}}}}\n"
    )
    assert lines[0] == 'estate.yaml:2:20: app or repository "b" is not declared; allowed: a'
    assert lines[-1] == "... and 11 more"


def test_what_is_quoted_is_short_and_on_one_line(wrong):
    lines = wrong('estate: x\napps: {a: {tier: "\\e[31m\\n::error::%s"}}\n' % ("x" * 400))
    assert lines[0].startswith('estate.yaml:2:12: "\\x1b[31m \\::error::xxx')
    assert len(lines[0]) < 400


def test_a_name_of_many_is_suggested_and_the_others_are_counted(wrong):
    apps = "".join(f"  shop-{number}: {{repository: o/r{number}x}}\n" for number in range(30))
    repositories = "".join(f"  o/r{number}: \n" for number in range(50))
    line = wrong(f"estate: x\napps:\n{apps}repositories:\n{repositories}")[0]
    assert 'repository "o/r0x" is not declared; did you mean "o/r0"? allowed: o/r0, o/r1, ' in line
    assert line.endswith(" and 30 more")


def test_what_defaults_multiply_is_counted_before_it_is_laid_under(wrong):
    probes = ", ".join(f"/{number}" for number in range(2_000))
    apps = "".join(f"  a{number}:\n" for number in range(2_000))
    (line,) = wrong(f"estate: x\ndefaults: {{app: {{probes: [{probes}]}}}}\napps:\n{apps}")
    assert line.startswith("estate.yaml:1:1: holds 4008006 values, with what `defaults` gives to each app and")


@pytest.mark.parametrize("every", ["90s", "4m", "0m"])
def test_a_workflow_runs_by_its_schedule_no_more_often_than_github_starts_it(every, wrong):
    (line,) = wrong(_repository(f"workflows: {{w.yml: {{every: {every}}}}}"))
    assert line.endswith('GitHub starts "w.yml" by no schedule more often than every 5m: write 5m or more')


def test_how_often_a_workflow_runs_is_a_duration(written, wrong):
    assert 'is invalid for "every" in ' in wrong(_repository("workflows: {w.yml: {every: nightly}}"))[0]
    estate = load(written(_repository("workflows: {w.yml: {every: 24h}}")))
    assert estate.repositories["o/r"].workflows["w.yml"].every == timedelta(hours=24)


def test_what_a_remedy_says_to_run_is_one_argument_each(written):
    deploy = "{app: a, trigger: workflow_dispatch, inputs: {ref: 'main; rm -rf ~', to: prod}}"
    estate = load(written(_repository(f"workflows: {{'my $x.yml': {{deploys: [{deploy}]}}}}")))
    assert estate.ownership_of("a").command == ("gh workflow run 'my $x.yml' -R o/r -f 'ref=main; rm -rf ~' -f to=prod")
