"""Which addresses a webhook may call: the public internet's, in whatever notation a URL or a resolver gives them."""

import socket
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from feedback.submissions.webhooks import addresses, endpoints
from feedback.submissions.webhooks.addresses import Forbidden

PRIVATE = [
    "0.0.0.0",  # noqa: S104 - to be refused
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.170.2",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.168.1.1",
    "198.18.0.1",
    "203.0.113.9",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::127.0.0.1",
    "64:ff9b::10.0.0.1",
    "64:ff9b:1::127.0.0.1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:808:808::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
]
PUBLIC = ["1.1.1.1", "8.8.8.8", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"]


@pytest.mark.parametrize("text", PRIVATE)
def test_an_address_that_is_not_the_public_internets_is_refused(text: str) -> None:
    assert not addresses.is_public(ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_a_public_address_is_called(text: str) -> None:
    assert addresses.is_public(ip_address(text))


@given(st.ip_addresses(v=4))
def test_what_python_knows_as_not_global_is_refused_and_so_is_every_way_of_writing_it_in_ipv6(
    address: IPv4Address,
) -> None:
    if not address.is_global or address.is_multicast:
        assert not addresses.is_public(address)
    for prefix in ("::ffff:0:0", "64:ff9b::"):
        inside = IPv6Address(int(IPv6Address(prefix)) | int(address))
        assert addresses.is_public(inside) == addresses.is_public(address)
    assert not addresses.is_public(IPv6Address(int(address)))
    assert not addresses.is_public(IPv6Address((0x2002 << 112) | (int(address) << 80)))


@given(st.ip_addresses(v=6))
def test_of_ipv6_only_global_unicast_is_called(address: IPv6Address) -> None:
    holds_ipv4 = address in IPv6Network("::ffff:0:0/96") or address in IPv6Network("64:ff9b::/96")
    if addresses.is_public(address) and not holds_ipv4:
        assert address in IPv6Network("2000::/3")
        assert address.is_global


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://hooks.example/", "begins with https://"),
        ("ftp://hooks.example/", "begins with https://"),
        ("file:///etc/passwd", "begins with https://"),
        ("//hooks.example/", "begins with https://"),
        ("hooks.example", "begins with https://"),
        ("https:///path", "begins with https://"),
        ("", "begins with https://"),
        ("https://user:pass@hooks.example/", "user name"),
        ("https://user@hooks.example/", "user name"),
        ("https://hooks.example/#part", "fragment"),
        ("https://hooks.example/#", "fragment"),
        ("https://@hooks.example/", "user name"),
        ("https://hooks.example:99999/", "no URL"),
        ("https://hooks.example:0/", "no port"),
        ("https://１２７.0.0.1/", "ASCII"),
        ("https://münchen.example/", "ASCII"),
        ("https://hooks.example/a b", "ASCII"),
        ("https://hooks.example\\@127.0.0.1/", "ASCII"),
        ("https://hooks.example/\n", "ASCII"),
        ("https://[::1/", "no URL"),
        (f"https://hooks.example/{'x' * 2_000}", "more than 2,000 characters"),
    ],
)
def test_a_url_that_says_the_wrong_thing_is_refused_with_the_reason(url: str, reason: str) -> None:
    with pytest.raises(Forbidden, match=reason):
        addresses.check_url(url)


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[fd00:ec2::254]",
        "169.254.169.254",
        "100.64.0.1",
    ],
)
def test_a_host_that_leads_into_the_own_network_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(Forbidden, match="no public address"):
        endpoints.check(f"https://{host}/")


def test_a_host_that_does_not_resolve_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    with pytest.raises(Forbidden, match="cannot be resolved"):
        endpoints.check("https://hooks.example/")


def test_one_private_answer_among_public_ones_condemns_the_host() -> None:
    with pytest.raises(Forbidden, match=r"leads to 10\.0\.0\.1"):
        addresses.check_addresses("hooks.example", [ip_address("8.8.8.8"), ip_address("10.0.0.1")])


def test_an_operator_may_allow_the_own_network_and_http(settings: Settings) -> None:
    settings.FEEDBACK_WEBHOOK_ALLOW_PRIVATE = True

    endpoints.check("http://127.0.0.1:8000/hooks")
    with pytest.raises(Forbidden, match="user name"):
        endpoints.check("http://user@127.0.0.1/")
