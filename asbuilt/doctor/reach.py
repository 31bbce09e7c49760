"""Whether both providers can be reached: how fast they answer, how far their clocks are off, through which proxy."""

from collections.abc import Iterator, Mapping
from functools import partial
from urllib.parse import urlsplit
from urllib.request import getproxies_environment

from asbuilt.doctor.asking import Looked
from asbuilt.doctor.said import Group, Line, Status
from asbuilt.github_server import GitHubServer
from asbuilt.withholding import foreign

_MOST_OF_A_SKEW = 300.0  # seconds: what others that sign and check by the clock allow
_WHOLE = 1.5  # a `Date` says whole seconds
_line = partial(Line, Group.REACH)


def lines(looked: Mapping[str, Looked], *, in_sandbox: bool, server: GitHubServer) -> Iterator[Line]:
    """Say of each provider whether it answers. Any answer counts: what it says of the token is told elsewhere."""
    for provider, host in (("heroku", "api.heroku.com"), ("github", urlsplit(server.api).netloc)):
        answers = [each for key, each in looked.items() if key.startswith(provider)]
        came = [each for each in answers if each.status is not None]
        if not came:
            first = next(iter(answers))
            yield _line(Status.WRONG, f"{host} {first.reason}", first.remedy)
            continue
        fastest = min(came, key=lambda each: each.seconds)
        told = f"{host} answers in {fastest.seconds:.2f} s"
        if in_sandbox:
            yield _line(Status.WELL, f"{told}; the sandbox stands for it, with a clock of its own")
        elif fastest.skew is None:
            yield _line(Status.NOTE, f"{told}, and names no date")
        elif abs(fastest.skew) <= _WHOLE:
            yield _line(Status.WELL, f"{told}; its clock is this machine's")
        else:
            off = f"{abs(fastest.skew):.0f} s {'ahead of' if fastest.skew > 0 else 'behind'} this machine's"
            if abs(fastest.skew) <= _MOST_OF_A_SKEW:
                yield _line(Status.NOTE, f"{told}; its clock is {off}")
            else:
                yield _line(Status.WRONG, f"{told}; its clock is {off}", "set the clock of this machine")


def proxy_lines(environ: Mapping[str, str], *, in_sandbox: bool) -> Iterator[Line]:
    """Say which proxies the environment names, without what logs in at them."""
    if in_sandbox:
        return
    given = getproxies_environment() if environ else {}
    for scheme in ("https", "all", "no"):
        if value := given.get(scheme):
            shown = foreign(value) if scheme == "no" else _host(value)
            name = "NO_PROXY" if scheme == "no" else f"{scheme.upper()}_PROXY"
            yield _line(Status.NOTE, f"{name} is set: {shown}")


def _host(proxy: str) -> str:
    try:
        parts = urlsplit(proxy if "://" in proxy else f"//{proxy}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return "an address that cannot be read"
    return f"{host or 'a host that cannot be read'}{f':{port}' if port else ''}"
