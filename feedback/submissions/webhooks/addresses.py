"""Which addresses may be called: none by which a webhook could reach into the network that the service stands in.

A name is resolved once for each connection, every answer is checked, and the connection is made to a checked address: a
name that leads elsewhere a moment later leads there in vain.

Written here because no library does all of it: `httpx-secure` connects to an address before it checks it,
`microsoft-antissrf` is for `requests` and tries one address alone, `ssrfguard` is a few months old and larger than all
of this; and what `ipaddress` calls global depends on the patch release of Python (for 3.11.7, 2002:7f00:1:: is).
"""

import re
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import NamedTuple
from urllib.parse import urlsplit

from django.conf import settings

from feedback.store.webhooks import URL_CHARACTERS

Address = IPv4Address | IPv6Address

# IANA's special-purpose registry for IPv4, with multicast and what Azure answers its virtual machines from.
_SPECIAL = [
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this host
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT; Alibaba's metadata
        "127.0.0.0/8",  # loopback
        "168.63.129.16/32",  # Azure's
        "169.254.0.0/16",  # link-local; metadata of most clouds
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments; Oracle's metadata
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays of 6to4
        "192.168.0.0/16",  # private
        "198.18.0.0/15",  # benchmarks
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
]
# Of IPv6 only what is handed out as global unicast, less the parts of it with another purpose.
_GLOBAL_UNICAST = IPv6Network("2000::/3")
_SPECIAL_IN_IT = [
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4, which holds any IPv4 address
        "3fff::/20",  # documentation
    )
]
# The prefixes whose last 32 bits are the IPv4 address that is reached in truth.
_HOLDS_IPV4 = [IPv6Network("::ffff:0:0/96"), IPv6Network("64:ff9b::/96")]
# Printable, and nothing that some read as a slash.
_URL_CHARACTERS = re.compile(r"[!-\[\]-~]*")


class Forbidden(Exception):
    """An address that must not be called; the message says why."""


class NotPublic(Forbidden):
    """A host that leads into a network of its own; the message names the address, and is for operators alone."""


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet's."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _SPECIAL)
    if any(address in network for network in _HOLDS_IPV4):
        return is_public(IPv4Address(address.packed[-4:]))
    return address in _GLOBAL_UNICAST and not any(address in network for network in _SPECIAL_IN_IT)


class Url(NamedTuple):
    """The parts of a URL. `target` is its path with the query; `port` is None where it is the scheme's own."""

    scheme: str
    host: str
    port: int | None
    target: str

    @property
    def authority(self) -> str:
        """What the Host header says."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port is None else f"{name}:{self.port}"


def check_url(text: str) -> Url:
    """A URL as far as it can be judged by what it says. Raises Forbidden."""
    if len(text) > URL_CHARACTERS:
        raise Forbidden(f"the URL has more than {URL_CHARACTERS:,} characters")
    if not _URL_CHARACTERS.fullmatch(text):
        raise Forbidden("a URL is ASCII without blanks: write the host as xn--… and what else is foreign as %…")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
    except ValueError as fault:
        raise Forbidden(f"it is no URL: {fault}") from None
    schemes = ("https", "http") if settings.FEEDBACK_WEBHOOK_ALLOW_PRIVATE else ("https",)
    if parts.scheme not in schemes or not host:
        raise Forbidden(f"expected an absolute URL that begins with {' or '.join(f'{one}://' for one in schemes)}")
    if port == 0:
        raise Forbidden("0 is no port")
    if "@" in parts.netloc:
        raise Forbidden("a URL must not hold a user name or a password: whoever sees the URL sees them")
    if "#" in text:
        raise Forbidden("a URL to be called has no fragment")
    return Url(parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def check_addresses(host: str, addresses: Sequence[Address]) -> None:
    """Every address that a host resolves to: one that is not public condemns the others. Raises NotPublic."""
    if settings.FEEDBACK_WEBHOOK_ALLOW_PRIVATE:
        return
    if strays := [address for address in addresses if not is_public(address)]:
        raise NotPublic(
            f"{host} leads to {strays[0]}, which is no public address; FEEDBACK_WEBHOOK_ALLOW_PRIVATE=true allows it"
        )


def resolve(host: str, port: int) -> list[Address]:
    """The addresses of a host, each once, in the resolver's order; a literal address, in any notation, is its own.

    Raises OSError where there are none.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(sockaddr[0]) for *_, sockaddr in found))
