"""One target of Apprise: one URL, that names one recipient, which takes a message or does not.

Apprise answers one yes or no for all that it is given, so it is given one: a URL in each variable, with one recipient.
What its URL may ask for that would make a yes of a no, or two messages of one, is overruled: `optional`, `retry`,
`overflow` (what is too long is made shorter, never split), `emojis`. A redirect is followed only where the URL
asks for it (`redirect=yes`): what answers there may be a page that takes everything.

Services that show a message on the machine that sends it wake nobody, and one that answers nothing cannot say that it
took it: they are refused. What needs a library that is not installed is too.

The URL is a secret, and so is what it is made of: no text that is given back holds any of it, nothing is logged.
"""

import logging
import re
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Thread
from typing import Any

from apprise import Apprise, AppriseAsset, NotifyBase, NotifyFormat, NotifyType, OverflowMode, conversion
from apprise.logger import logger as apprise_logger
from apprise.plugins import N_MGR
from apprise.plugins.email.base import NotifyEmail

from asbuilt.alert.event import Kind, Message
from asbuilt.alert.services import refused_by
from asbuilt.alert.services.fitting import shortened
from asbuilt.alert.services.incidents import keep_apart
from asbuilt.alert.words import chat_texts

THREAD = "asbuilt-delivers"
_LONGEST_WAIT = 30.0  # seconds, whatever a service and its URL make of it
_CONNECT, _READ = 10.0, 15.0  # seconds, where the URL names none; Apprise's own 4 take a slow yes for a no
_SEVERAL = "{name} holds several URLs, of which there would be one yes or no; give each a variable of its own"
_LOCAL = frozenset({"blink1", "dbus", "gio", "glib", "gnome", "kde", "macosx", "qt", "syslog", "windows"})
_SILENT = frozenset({"rsyslog"})  # UDP
_RAW = frozenset({"json", "jsons", "xml", "xmls", "form", "forms"})  # programs read these: plain, unless asked for
_SCHEME = re.compile(r"\s*([A-Za-z][A-Za-z0-9+.-]{0,20})://")
_URLS = re.compile(r"(?:^|[\s,;])[A-Za-z][A-Za-z0-9+.-]{0,20}://")
_PLUGINS: Any = N_MGR
_CONVERTED: Any = conversion.convert_between
_DETAILS = logging.getLevelName(logging.DEBUG)
_COUNT = 16  # what Apprise keeps for numbers of parts, where title and body share a bound
_CODE = re.compile(r"(?<!<pre>)<code>([^<]*)</code>")
_BREAK = re.compile(r"<br />\n")
_URGENT = frozenset({"SEV-1", "SEV-2"})
_LOGGERS = ("apprise", "urllib3", "requests", "requests_oauthlib", "oauthlib")


def send(url: str, message: Message) -> str:
    """Send a message to where a URL leads; give why it was not taken, and nothing where it was.

    In the words that are given back, `{name}` stands for the variable that holds the URL.
    """
    _silence()
    if len(_URLS.findall(url)) > 1:
        return _SEVERAL
    done: Future[str] = Future()
    # A thread that nobody waits for at the end: a service that holds the connection for ever keeps no run from ending.
    Thread(target=_finish, args=(done, url, message), name=THREAD, daemon=True).start()
    try:
        return done.result(_LONGEST_WAIT)
    except TimeoutError:
        return f"it did not answer within {_LONGEST_WAIT:.0f} s; it may have taken it all the same"


def unusable(url: str) -> str:
    """Say what keeps a URL from being one that a message can be sent to, without sending any; nothing where it is one.

    In the words that are given back, `{name}` stands for the variable that holds it.
    """
    _silence()
    if len(_URLS.findall(url)) > 1:
        return _SEVERAL
    try:
        service = _service(url)
    except Exception as error:  # noqa: BLE001 - a plugin of Apprise may raise anything
        return f"Apprise failed ({type(error).__name__}); look at the URL in {{name}}"
    return service if isinstance(service, str) else ""


def _finish(done: Future[str], url: str, message: Message) -> None:
    try:
        reason = _sent(url, message)
    except Exception as error:  # noqa: BLE001 - a plugin of Apprise may raise anything, with the URL in its text
        reason = f"Apprise failed ({type(error).__name__}); look at the URL in {{name}}"
    done.set_result(reason)


def _sent(url: str, message: Message) -> str:

    service = _service(url)
    if isinstance(service, str):
        return service
    keep_apart(service, message.fingerprint)
    if _recipients(service) > 1:
        return (
            "{name} names several recipients, of which there would be one yes or no; "
            "give each a variable of its own, or one address that reaches them all"
        )
    title, body, form = _fitting(service, message)
    caller = Apprise(asset=service.asset)
    caller.add(service)
    result = caller.notify(
        body=body, title=title, notify_type=_type(message), body_format=form, log_level=logging.DEBUG
    )
    try:
        if result:
            return ""
        logged = [*(each for one in result.results for each in one.logs()), *result.call_logs()]
        said = (each.message for each in logged if each.level != _DETAILS)
        return f"{service.service_name}: {refused_by.told(said, (each.message for each in logged))}"
    finally:
        for one in result.results:
            one.close()


def _service(url: str) -> NotifyBase | str:
    """Give the service that a URL names, set as it is to be; or what keeps it from being one."""
    found = _SCHEME.match(url)
    scheme = found[1].lower() if found else ""
    if scheme in _LOCAL:
        return f"{scheme}:// shows a message where asbuilt runs, and calls nobody; set {{name}} to another service"
    if scheme in _SILENT:
        return f"{scheme}:// answers nothing, so nobody knows whether it came; set {{name}} to another service"
    if scheme in _PLUGINS and not _PLUGINS[scheme].enabled:
        needs = _PLUGINS[scheme].requirements.get("packages_required") or "more than is installed"
        needs = ", ".join(needs) if isinstance(needs, list) else needs
        return f"{scheme}:// needs {needs}; install it beside asbuilt, or set {{name}} to another service"
    asset = AppriseAsset(
        app_id="asbuilt",
        app_desc="asbuilt",
        async_mode=False,
        http_redirects=False,
        image_url_mask="",
        image_url_logo="",
        interpret_emojis=False,
        pem_autogen=False,
        pgp_autogen=False,
        secure_logging=True,
        service_timeout=0,  # then it runs in this thread, which has a bound of its own
        storage_mode="memory",
    )
    service = Apprise.instantiate(url, asset=asset)
    if service is None:
        if scheme in _PLUGINS:
            return f"{{name}} holds no URL that {_PLUGINS[scheme].service_name} can be reached by"
        return "{name} holds no URL of Apprise: its scheme is none of Apprise's"
    service.optional = False
    service.retry = 0
    service.overflow_mode = OverflowMode.TRUNCATE
    if service.socket_connect_timeout == type(service).socket_connect_timeout:
        service.socket_connect_timeout = _CONNECT
    if service.socket_read_timeout == type(service).socket_read_timeout:
        service.socket_read_timeout = _READ
    return service


def _recipients(service: NotifyBase) -> int:
    """Count who is asked apart from each other; a mail server may take a mail for one of its addresses, not for all."""
    copies = (*service.cc, *service.bcc) if isinstance(service, NotifyEmail) else ()
    return len(service) + len(copies)


def _fitting(service: NotifyBase, message: Message) -> tuple[str, str, NotifyFormat]:
    """Give title, body and format as a service takes them: Markdown where it shows any, or HTML; else plain text."""
    asked = NotifyFormat.TEXT if service.schema in _RAW else NotifyFormat.MARKDOWN
    form = service.resolve_format(asked)
    plain = form == NotifyFormat.TEXT
    title, body = message.title, message.text if plain else message.markdown
    where = chat_texts.unmentioned(message.where) if plain else chat_texts.prose(message.where)
    more = f"Cut here, the whole stands in {where}"
    if service.title_maxlen <= 0:  # Apprise would put it before the body as it is
        title, body = "", f"{title if plain else chat_texts.prose(title)}\n\n{body}"
    most = service.body_maxlen - (len(title) + _COUNT if service.overflow_amalgamate_title else 0)
    as_taken = _html if form == NotifyFormat.HTML else str
    # Some services have a markup of their own, which Apprise makes of ours: that is what has to fit.
    fits = partial(_fits, service, form, most, as_taken)
    return title, as_taken(shortened(body, more, fits)), form


def _fits(service: NotifyBase, form: NotifyFormat, most: int, as_taken: Callable[[str], str], text: str) -> bool:
    return len(service.dialect_convert(as_taken(text), form)) <= most


def _html(markdown: str) -> str:
    """Give Markdown as HTML that a mail can show: commands are wrapped, to be read on a telephone and copied whole.

    Apprise makes the plain part of a mail of it, and begins a line at each `code`.
    """
    made: str = _CONVERTED(NotifyFormat.MARKDOWN, NotifyFormat.HTML, markdown)
    inline = _CODE.sub(r"<kbd>\1</kbd>", made).replace("<pre>", '<pre style="white-space: pre-wrap">')
    return _BREAK.sub("<br />", inline)


def _type(message: Message) -> NotifyType:
    if message.kind is Kind.RESOLVED:
        return NotifyType.SUCCESS
    return NotifyType.FAILURE if message.severity in _URGENT else NotifyType.WARNING


def _silence() -> None:
    """Keep what Apprise and its libraries log from being printed: addresses stand in it, and tokens in them.

    Apprise reads its own log for what it gives back, so it has to be one of details.
    """
    for each in _LOGGERS:
        logging.getLogger(each).propagate = False
    apprise_logger.setLevel(logging.DEBUG)
