"""Which addresses may be connected to, and that the socket factory holds to it."""

import socket

import pytest

from streams.http_client.addresses import (
    PrivateAddressError,
    is_public,
    private_addresses,
    public_sockets,
)


@pytest.mark.parametrize(
    "address",
    [
        "8.8.8.8",
        "93.184.215.14",
        "100.63.255.255",
        "172.32.0.1",
        "2606:4700::1111",
        "::ffff:8.8.8.8",
        "64:ff9b::8.8.8.8",
        "2002:808:808::1",
    ],
)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        # This host, loopback, private.
        *("0.0.0.0", "127.0.0.1", "127.9.9.9", "10.0.0.1", "192.168.1.1"),  # noqa: S104
        "172.16.0.1",
        *("::", "::1", "fc00::1", "fd00:ec2::254"),
        # Link-local, with the clouds' metadata; shared, with Alibaba's; Azure's platform.
        *("169.254.169.254", "169.254.170.2", "fe80::1", "fe80::1%eth0", "100.64.0.1"),
        *("100.100.100.200", "168.63.129.16"),
        # Multicast, broadcast, reserved, documentation, benchmarks.
        *("224.0.0.1", "239.255.255.255", "255.255.255.255", "240.0.0.1", "ff02::1", "ff0e::1"),
        *("192.0.2.1", "198.18.0.1", "203.0.113.1", "2001:db8::1", "fec0::1"),
        # IPv6 addresses that stand for an IPv4 address which is none.
        *("::ffff:127.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "64:ff9b::10.0.0.1"),
        *("64:ff9b::a9fe:a9fe", "64:ff9b:1::8.8.8.8", "2002:7f00:1::", "2002:a9fe:a9fe::1"),
        "2001:0:7f00:1::",
    ],
)
def test_any_other_is_not(address: str) -> None:
    assert not is_public(address)


def test_a_socket_is_made_for_a_public_address_alone() -> None:
    tcp = (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
    with public_sockets((*tcp, ("8.8.8.8", 443))) as made:
        assert made.family == socket.AF_INET
    with pytest.raises(PrivateAddressError, match=r"127\.0\.0\.1 is no public address$"):
        public_sockets((*tcp, ("127.0.0.1", 443)))


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "localhost"])
def test_a_name_is_judged_by_what_it_leads_to_however_it_is_written(host: str) -> None:
    private, public = private_addresses(host, 80)
    assert set(private) <= {"127.0.0.1", "::1"}
    assert private
    assert public == []
