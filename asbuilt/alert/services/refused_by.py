"""Why a service did not take a message, in words of our own.

Apprise answers yes or no, and tells the rest to its log, in which addresses stand, and tokens in them. Of that log is
read what kind of failure it tells, and a status; nothing of it is passed on.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus

_STATUS = re.compile(r"(?:\berror=|\bstatus[ =:]+|\bcode[ =:]+|\()([1-5]\d\d)(?!\d|\.\d)", re.IGNORECASE)
_SMTP = re.compile(r"Exception: \((\d{3}), |was refused: (\d{3}) |Exception: \{[^{}]{0,300}?: \((\d{3}), ")
_PLACES = re.compile(r"with url: \S+|host='[^']*'")  # what an address is made of tells nothing of what went wrong
_KINDS = (
    (r"certificate.{0,5}verify.{0,5}failed|hostname mismatch", "its TLS certificate is not trusted"),
    (r"SSLError|\[SSL\b|STARTTLS", "TLS failed"),
    (r"ProxyError", "the proxy did not let it through"),
    (r"NameResolution|getaddrinfo|name or service not known|nodename nor|name resolution", "its name is not known"),
    (r"ConnectTimeout", "no connection came about in time"),
    (r"timed out|timeout", "it did not answer in time; it may have taken it all the same"),
    (r"connection refused|actively refused", "the connection was refused"),
    (r"unreachable|no route to host", "there is no way to it"),
    (
        r"connection reset|connection aborted|remote end closed|unexpectedly closed|disconnected|broken pipe",
        "it closed the connection; it may have taken it all the same",
    ),
)
_TO_DO = {
    HTTPStatus.UNAUTHORIZED: "look whether the token in {name} is still good",
    HTTPStatus.FORBIDDEN: "look whether the token in {name} is still good",
    HTTPStatus.NOT_FOUND: "look whether the address in {name} is still right",
    HTTPStatus.GONE: "look whether the address in {name} is still right",
    HTTPStatus.TOO_MANY_REQUESTS: "it was asked too often",
    HTTPStatus.PROXY_AUTHENTICATION_REQUIRED: "look at HTTPS_PROXY",
}
_LOOK = "look at the URL in {name}"
_REDIRECTS = 300
_FAULTS = 500


def told(said: Iterable[str], failures: Iterable[str]) -> str:
    """Say why, by what Apprise says to everybody, and what it says of exceptions; `{name}` stands for the variable."""
    for each in said:
        if status := _STATUS.search(each):
            return _answered(int(status[1]))
    found = [_PLACES.sub("", each) for each in failures]
    for each in found:
        if code := _SMTP.search(each):
            return f"it answered {next(filter(None, code.groups()))}; {_LOOK}"
    for pattern, kind in _KINDS:
        if any(re.search(pattern, each, re.IGNORECASE) for each in found):
            return f"{kind}; {_LOOK}"
    return f"it did not take it, and Apprise does not say why in a way that can be shown; {_LOOK}"


def _answered(status: int) -> str:
    known = next((f" {each.phrase}" for each in HTTPStatus if each == status), "")
    if status < _REDIRECTS:
        return f"it answered {status}{known}, and did not take it; {_LOOK}"
    if status >= _FAULTS:
        to_do = "the fault is there"
    elif status < HTTPStatus.BAD_REQUEST:
        to_do = "it sends elsewhere, and nothing is sent after it: set {name} to where it is now"
    else:
        to_do = next((each for code, each in _TO_DO.items() if code == status), _LOOK)
    return f"it answered {status}{known}; {to_do}"
