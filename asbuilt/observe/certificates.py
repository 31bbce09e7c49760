"""Why a host's certificate turns its visitors away, of what TLS says when it refuses it."""

import re
import ssl
from datetime import UTC, datetime
from urllib.parse import urlsplit

_HTTPS = 443
# OpenSSL's own numbers: https://docs.openssl.org/3.0/man3/X509_STORE_CTX_get_error/#error-codes. What is not here may
# be a rule of this machine alone (the least length of a key, say).
_NOT_YET, _EXPIRED = 9, 10
_PROBLEMS = {
    _NOT_YET: "is not valid yet",
    _EXPIRED: "has expired",
    18: "is self-signed",
    19: "is not trusted: its chain ends in a self-signed one",
    20: "is not trusted: the one that issued it is not known, or not sent",
    21: "is not trusted: the one that issued it is not known, or not sent",
    23: "was revoked",
    62: "is for other names than {host}",
    64: "is for other names than {host}",
}
# In DER the two instants of a certificate's validity follow each other, as UTCTime or GeneralizedTime (RFC 5280, 4.1).
_VALIDITY = re.compile(rb"(?:\x17\x0d(\d{12}Z)|\x18\x0f(\d{14}Z))(?:\x17\x0d(\d{12}Z)|\x18\x0f(\d{14}Z))")


def problem(error: BaseException, url: str, seconds: float, *, is_clock_right: bool) -> str:
    """Say what is wrong with the certificate of a URL's host, as what is said of "its certificate".

        "expired on 2026-04-30 12:00 UTC", "is for other names than shop.example"

    Nothing where the error is another, or where it is a date that a wrong clock here would make wrong. To name the date
    the host is asked for its certificate once more, for so many seconds at most.
    """
    refused = _refusal(error)
    if refused is None or refused.verify_code not in _PROBLEMS:
        return ""
    if refused.verify_code in {_NOT_YET, _EXPIRED} and not is_clock_right:
        return ""
    address = urlsplit(url)
    host = address.hostname or ""
    if refused.verify_code == _EXPIRED and (day := _last_day(host, address.port or _HTTPS, seconds)):
        return f"expired on {day:%Y-%m-%d %H:%M} UTC"
    return _PROBLEMS[refused.verify_code].format(host=host)


def _refusal(error: BaseException | None) -> ssl.SSLCertVerificationError | None:
    """Find what TLS itself said among the causes of an error."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return error
        error = error.__cause__ or error.__context__
    return None


def _last_day(host: str, port: int, seconds: float) -> datetime | None:
    """Give the end of a certificate's validity; None where the host does not show it directly."""
    try:
        shown = ssl.PEM_cert_to_DER_cert(ssl.get_server_certificate((host, port), timeout=seconds))
    except (OSError, ValueError):
        return None
    return ends(shown)


def ends(certificate: bytes) -> datetime | None:
    """Give the end of the validity of a certificate in DER; None where it has none."""
    found = _VALIDITY.search(certificate)
    if found is None:
        return None
    short, long = found[3], found[4]
    try:
        # Of the years with two digits those below 50 are of this century (RFC 5280, 4.1.2.5.1).
        written = long or (b"20" if short < b"50" else b"19") + short
        return datetime.strptime(written.decode(), "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
