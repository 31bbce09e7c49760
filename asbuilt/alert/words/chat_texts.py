"""Somebody else's text, made fit for a chat: nobody is called by it, and no link reads otherwise than it leads.

Chats call people by what stands in a text, some in code too. Slack takes `<!channel>` and `<@U1>`, Discord `@everyone`
and `<@1>`, Teams `<at>`, Google Chat `<users/all>`, Mattermost, Matrix, Telegram and GitHub a name behind an `@`. All
but GitHub read Markdown, or some of it, in what is declared as plain text: `[words](address)` is a link, and Slack's is
`<address|words>`.

- https://docs.slack.dev/messaging/formatting-message-text
- https://docs.discord.com/developers/resources/message
- https://learn.microsoft.com/en-us/microsoftteams/platform/task-modules-and-cards/cards/cards-format
- https://developers.google.com/workspace/chat/format-messages
"""

import re

from asbuilt import texts

_EVERYBODY = r"everyone|here|channel|all|room|team|online"
_NAMED = re.compile(rf"@(?=(?:{_EVERYBODY})(?![\w-]|\.\w))|(?<![\w.+/-])@(?=[\w*&!])", re.IGNORECASE)
_OPENED = re.compile(r"<(?=[!?@#/&A-Za-z])")
_DISGUISED = re.compile(r"\](?=[(\[])")
_CALLS = re.compile(
    rf"@(?:{_EVERYBODY})(?![\w-]|\.\w)|@\*\*|<[!@#]|<at>|<users/|<[a-z]{{3,10}}:|\]\(", re.IGNORECASE
)  # fmt: skip


def unmentioned(text: str, most: int = texts.LONGEST_WHOLE) -> str:
    """Give a text as one line that calls nobody: what would is replaced by a sign that looks like it."""
    calm = _OPENED.sub("‹", _NAMED.sub("＠", texts.line(text, most)))  # noqa: RUF001 - what looks alike, and is another
    return _DISGUISED.sub("] ", calm)


def command(text: str) -> str:
    """Give a command as one line to be copied; one that would call somebody, or is too long, is not shown at all."""
    shown = texts.whole(text)
    return (
        "(a command that a chat would take for more than a text: it stands in verdicts.json)"
        if _CALLS.search(shown)
        else shown
    )


def prose(text: str, most: int = texts.LONGEST_WHOLE) -> str:
    """Give a text as prose of Markdown that calls nobody."""
    return texts.prose(unmentioned(text, most), most)
