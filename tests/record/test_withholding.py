"""A secret is withheld whatever it is written as, and what is no secret stays as it is."""

import json
import random
import string

import pytest
from disguised import CUT, FORMS, leaks

from asbuilt import disguises
from asbuilt.record.writing import as_json
from asbuilt.withholding import WITHHELD, Secret, Secrets, foreign, place

TOKENS = (
    "ghp_aB3dE5gH7jK9mN1pQ3sT5vW7yZ9bC1dE3fG5",
    "HRKU-01234567-89ab-cdef-0123-456789abcdef",
    "p\"a/s+s&w\\o%r=d<x>_'q",
    "pässwörd-ünd-schlüssel-€-1",
    "%41u0041x-20~nabla",
    "Some words, and a 7",
)
SECRETS = Secrets.of(Secret("it", each) for each in TOKENS)
AROUND = (
    ("", ""),
    ("before ", " behind"),
    ('{"a": "', '"}'),
    ("\\", "\\"),
    ("é€", "…"),
    ("a%25", "41"),
)


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_withheld_in_every_form_at_every_place(form):
    for token in TOKENS:
        for before, behind in AROUND:
            assert_withheld(token, FORMS[form], before, behind)


@pytest.mark.parametrize("form", FORMS)
def test_a_secret_is_withheld_in_every_form_across_two_stretches(form, monkeypatch):
    assert_withheld(TOKENS[0], FORMS[form], "x" * 131_060, "y")
    monkeypatch.setattr(disguises, "_STRETCH", 2**12)  # all others in as little as is a stretch here
    for token in TOKENS:
        assert_withheld(token, FORMS[form], "x" * (2**12 - 12), "y")


def assert_withheld(token, form, before, behind):
    hidden = SECRETS.hide(f"{before}{form(token)}{behind}")
    assert WITHHELD in hidden, (token, before[:9])
    kept = before.rstrip("\\")[:-2]
    assert hidden.startswith(kept)
    assert leaks(hidden[len(kept[:-80]) :], token) == [], (token, before[:9])
    assert hidden.endswith(behind)


@pytest.mark.parametrize(
    "form",
    ["percent-encoded, twice", "in JSON, escaped whole", "bytes escaped", "in HTML, by number", "in colours, as JSON"],
)
def test_of_what_a_secret_is_written_as_nothing_is_left(form):
    for token in TOKENS:
        hidden = SECRETS.hide(f"a {FORMS[form](token)} b")
        assert hidden.replace('"', "") == f"a {WITHHELD} b", token


def test_what_stands_before_a_secret_makes_no_escape_of_its_beginning():
    for before, token in (
        ("\\", "nabla41-x41"),
        ("\\", "u0041-x41"),
        ("%", "41abc-x41"),
        ("&#", "41;abc-x"),
        ("\\x", "41abcdef"),
    ):
        assert Secrets.of([Secret("it", token)]).hide(f"{before}{token} b").endswith(f"{WITHHELD} b")


@pytest.mark.parametrize("form", CUT)
def test_what_an_ellipsis_left_of_a_secret_is_withheld(form):
    secrets = Secrets.of(Secret("it", each) for each in TOKENS)
    for token in TOKENS:
        hidden = secrets.hide(f"a {CUT[form](token)} b")
        assert WITHHELD in hidden, token
        assert token[:8] not in hidden
        assert token[-8:] not in hidden


def test_secrets_made_at_random_are_withheld_in_every_form():
    chance = random.Random(7)
    letters = string.ascii_letters + string.digits + string.punctuation
    for _ in range(60):
        token = "".join(chance.choices(letters, k=chance.randint(10, 60)))
        secrets = Secrets.of([Secret("it", token)])
        before, behind = ("".join(chance.choices(f"{letters} \n", k=20)) for _ in range(2))
        for name, form in FORMS.items():
            hidden = secrets.hide(f"{before} {form(token)} {behind}")
            assert WITHHELD in hidden, (token, name)
            assert leaks(hidden, token) == [], (token, name)


def test_without_a_secret_in_it_a_text_stays_as_it_is():
    secrets = Secrets.of(Secret("it", each) for each in TOKENS)
    text = json.dumps({"a": "é \\u0041 %41 &amp; \x1b[31m ghp_ … HRKU...", "b": ["x" * 300_000, "\ud800"]}) + "\ud800"
    assert secrets.hide(text) == text
    assert Secrets.of(()).hide(text) == text
    assert secrets.hide_bytes(bytes(range(256)) * 9) == bytes(range(256)) * 9


def test_json_without_its_secrets_is_still_json():
    for token in TOKENS:
        secrets = Secrets.of([Secret("it", token)])
        value = {"a": [f"x{token}y", {"b": f"/{token}"}], token: 1, "n": None, "\n": f"\n{token}\n"}
        read = json.loads(as_json(value, secrets))
        assert read == json.loads(json.dumps(value).replace(json.dumps(token)[1:-1], WITHHELD))
        assert json.loads(secrets.hide(json.dumps(value)))["a"][0] == f"x{WITHHELD}y"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HEROKU_API_KEY", "01234567-89ab-cdef-0123-456789abcdef"),
        ("npm_config__authToken", "npm_0123abcd"),
        ("client-secret", "correct-horse-battery-staple"),
        ("PGPASSWORD", "hunter22"),
        ("MYSQL_PWD", "s3cr3t-word"),
        ("SMTP_PASS", "s3cr3t-word"),
        ("GOOGLE_CREDENTIALS", '{"k": "v"}'),
        ("MAIL_PASSWORD", "abcdefghijklmnop"),
        ("AWS_SECRET_ACCESS_KEY", "/alrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEK3Y"),
        ("SIGNING_KEY", "MiXeDcAsEwOrD"),
        ("TOKEN_URL", "https://example.com/?code=1"),
    ],
)
def test_what_the_environment_holds_under_a_telling_name_is_a_secret(name, value):
    hidden = Secrets.of((), {name: value}).hide(f"<{value}>")
    assert hidden == f"<{WITHHELD}>"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOME", "a0b1c2d3e4f5"),
        ("PWD", "/home/me/a0b1c2d3e4f5"),
        ("TOKENS_ENABLED", "disabled"),
        ("KEYBOARD_LAYOUT", "Dvorakian"),
        ("KEY_TIMEOUT", "1234567890.5"),
        ("SECRET_FILE", "/run/secrets/db_password"),
        ("SSH_KEY_PATH", "~/.ssh/id_ed25519"),
        ("KEY_FILE", "C:\\keys\\signing.pem"),
        ("TOKEN_URL", "https://api.github.com/login"),
        ("API_KEY", "short77"),
    ],
)
def test_a_word_a_number_a_path_or_another_name_is_none(name, value):
    assert Secrets.of((), {name: value}).hide(f"<{value}>") == f"<{value}>"


def test_of_several_lines_each_is_a_secret_and_of_an_address_its_password():
    key = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq\nhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----"
    secrets = Secrets.of((), {"SIGNING_KEY": key, "DB_SECRET": "postgres://me:p4ssw0rd@host/db"})
    assert secrets.hide("x hkiG9w0BAQEFAASC y p4ssw0rd") == f"x {WITHHELD} y {WITHHELD}"
    assert secrets.hide("-----BEGIN PRIVATE KEY-----") == "-----BEGIN PRIVATE KEY-----"


def test_a_credential_that_is_used_is_a_secret_however_it_reads():
    secrets = Secrets.of([Secret("it", "word"), Secret("other", "status")])
    assert (
        secrets.hide('a word, no sword: {"status": "status"}') == f'a {WITHHELD}, no sword: {{"status": "{WITHHELD}"}}'
    )


def test_nothing_that_is_printed_of_secrets_shows_one():
    secrets = Secrets.of([Secret("HEROKU_API_KEY", TOKENS[0])])
    assert TOKENS[0] not in f"{secrets!r} {secrets.held!r} {secrets}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://me:pw@host/x", "see https://[withheld]@host/x"),
        ("see https://only@host/x and a@b.c", "see https://[withheld]@host/x and a@b.c"),
        (r"https:\/\/me:pw@host", r"https:\/\/[withheld]@host"),
        ("postgres://me:p@ss@host/db", "postgres://[withheld]@host/db"),
        ("git push https://heroku:$HEROKU_API_KEY@git.heroku.com/a.git", None),
        ("https://heroku:${{ secrets.KEY }}@git.heroku.com", None),
        ("uses: docker://alpine@sha256:0123", None),
        ("ssh://git@github.com/o/r, https://host/@me, mail a:b@c.d", None),
    ],
)
def test_userinfo_is_in_no_text(text, shown):
    assert Secrets.of(()).hide(text) == (shown or text)
    assert Secrets.of([Secret("it", TOKENS[0])]).hide(text) == (shown or text)


def test_of_the_addresses_in_somebody_elses_text_the_query_is_withheld():
    text = 'moved to "https://u:p@host/a?code=1#f", not http://host/b? or c?d=e'
    assert foreign(text) == 'moved to "https://[withheld]@host/a?[withheld]", not http://host/b? or c?d=e'


@pytest.mark.parametrize(
    ("location", "shown"),
    [
        ("https://u:p@host/a?x=1#y", "https://[withheld]@host/a"),
        ("//u:p@host/a;jsessionid=1", "//[withheld]@host/a"),
        ("/login?next=/", "/login"),
        ("https://host/login", "https://host/login"),
    ],
)
def test_of_a_redirect_stays_scheme_host_and_path(location, shown):
    assert place(location) == shown


def test_a_secret_is_told_by_its_name_where_it_still_stands():
    secrets = Secrets.of([Secret("HEROKU_API_KEY", TOKENS[0]), Secret("word", "observed")], {"X_TOKEN": TOKENS[1]})
    assert secrets.standing(f"observed {FORMS['Basic'](TOKENS[0])}".encode()) == ("HEROKU_API_KEY",)
    assert secrets.standing(b"observed") == ()


@pytest.mark.parametrize(
    "unit", ["\\", "http%3a%2f%2f", "http://a", "%25", "&amp;", "\x1b]", "http:\\", "a:/\\/"], ids=ascii
)
def test_a_long_text_made_to_be_read_twice_is_read_once(unit):
    text = f"@ {unit * (2**18 // len(unit))}"
    secrets = Secrets.of(Secret("it", each) for each in TOKENS)
    assert secrets.hide(text) == text
    assert WITHHELD in secrets.hide(f"{text} {TOKENS[0]}")
    assert secrets.standing(text.encode()) == ()
    assert foreign(text) == text
