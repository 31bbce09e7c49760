"""A mail is taken, or it is not and why is said: over SMTP, for real."""

import socket
from dataclasses import replace

import pytest
from events_of import MESSAGE, event
from receivers import mail_receiver
from refusing import refused

from asbuilt.alert.deliver import deliver
from asbuilt.alert.words.messages import message_of


def mail_to(mailbox, **parameters):
    more = "".join(f"&{name}={value}" for name, value in parameters.items())
    return {"PAGER_URL": f"mailto://127.0.0.1:{mailbox.port}?from=asbuilt@example.com&to=ops@example.com{more}"}


def parts_of(mail):
    """Give the parts of a mail by their types, with ends of lines as they are here."""
    found = {each.get_content_type(): each.get_content() for each in mail.walk() if not each.is_multipart()}
    return {name: content.replace("\r", "").strip() for name, content in found.items()}


def test_a_mail_has_a_plain_part_and_one_of_html():
    message = message_of(event())
    with mail_receiver() as mailbox:
        deliver("env:PAGER_URL", message, mail_to(mailbox))
    (mail,) = mailbox.seen
    parts = parts_of(mail)
    assert mail["Subject"] == message.title
    assert mail["To"] == "ops@example.com"
    assert parts["text/plain"].splitlines()[0] == message.text.splitlines()[0]
    assert "<strong>1.</strong> create environment production" in parts["text/html"]
    assert '<pre style="white-space: pre-wrap"><code>gh workflow run deploy-heroku.yml' in parts["text/html"]


def test_the_plain_part_breaks_no_line_at_a_name():
    message = replace(MESSAGE, markdown="by `workflow_dispatch` never\nsince\n\n**To do:** run:\n```\na b\n```")
    with mail_receiver() as mailbox:
        deliver("env:PAGER_URL", message, mail_to(mailbox))
    assert (
        parts_of(mailbox.seen[0])["text/plain"].replace("\r", "").strip()
        == "by workflow_dispatch never\nsince\n\nTo do: run:\n\na b"
    )


def test_a_mail_is_plain_where_its_url_asks_for_it():
    with mail_receiver() as mailbox:
        deliver("env:PAGER_URL", MESSAGE, mail_to(mailbox, format="text"))
    assert parts_of(mailbox.seen[0]) == {"text/plain": MESSAGE.text}


@pytest.mark.parametrize("more", ["to=a@example.com,b@example.com", "cc=a@example.com", "bcc=a@example.com"])
def test_a_mail_goes_to_one_address_of_which_yes_or_no_is_said(more):
    with mail_receiver() as mailbox:
        told = refused(f"mailto://127.0.0.1:{mailbox.port}/ops@example.com?from=asbuilt@example.com&{more}")
    assert told.startswith("PAGER_URL names several recipients")
    assert mailbox.seen == []


def test_a_mail_server_that_says_nothing_is_not_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        told = refused(f"mailto://127.0.0.1:{port}?from=a@example.com&to=ops@example.com&cto=0.2")
    assert told.startswith("E-Mail: it did not answer in time")


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ({"rcpt": "550 no such user"}, "E-Mail: it answered 550; look at the URL in PAGER_URL"),
        ({"data": "554 no thanks"}, "E-Mail: it answered 554; look at the URL in PAGER_URL"),
        ({"data": "451 later"}, "E-Mail: it answered 451; look at the URL in PAGER_URL"),
    ],
)
def test_a_mail_that_is_refused(answers, told):
    with mail_receiver(**answers) as mailbox:
        assert refused(mail_to(mailbox)["PAGER_URL"]) == told


def test_a_mail_server_that_is_not_there():
    with mail_receiver() as mailbox:
        pass
    assert refused(mail_to(mailbox)["PAGER_URL"]) == "E-Mail: the connection was refused; look at the URL in PAGER_URL"
