"""Which addresses may be connected to: public ones, unless the operator allows the others.

Owns the judgement of an address, and the socket factory that makes it where it counts: at the very
address that is connected to, after every resolution of the name (a name may point elsewhere the
next time it is asked). Must not know what is sent. The ranges are those of IANA's registries for
special purposes, as Python's `ipaddress` knows them.
"""

import errno
import socket
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any, Final

Address = IPv4Address | IPv6Address
SocketFactory = Callable[[Any], socket.socket]

_NAT64: Final = IPv6Network("64:ff9b::/96")
# Azure's virtual machines reach their platform, with its metadata, at a public-looking address.
_PLATFORMS: Final = frozenset({IPv4Address("168.63.129.16")})


class PrivateAddressError(OSError):
    """An address that is not public; as an OSError, the client tries the name's next address."""


def is_public(text: str) -> bool:
    """Whether an IP address is one of the internet's, and those that it stands for are too.

    Loopback, private, link-local (where clouds keep their metadata), shared, multicast and reserved
    addresses are not; nor is an IPv6 address that stands for such an IPv4 address.
    """
    return all(map(_is_public, _meant(ip_address(text.partition("%")[0]))))


def public_sockets(address_info: Any) -> socket.socket:
    """Make the socket for an address, if it is public.

    Args:
        address_info: As `socket.getaddrinfo` gives it: family, type, protocol, name, address.

    Raises:
        PrivateAddressError: it is not; the message names it.
    """
    family, kind, protocol, _, address = address_info
    if not is_public(str(address[0])):
        # The client shows what the system would have said: an OSError's second argument.
        raise PrivateAddressError(errno.EACCES, f"{address[0]} is no public address")
    return socket.socket(family=family, type=kind, proto=protocol)


def private_addresses(host: str, port: int) -> tuple[list[str], list[str]]:
    """Resolve a name, and part its addresses into those that are not public and those that are.

    Raises:
        OSError: the name cannot be resolved now.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    public = [address for address in addresses if is_public(address)]
    return [address for address in addresses if address not in public], public


def _meant(address: Address) -> Iterator[Address]:
    """Give the addresses that one stands for: itself, or the IPv4 addresses inside."""
    if isinstance(address, IPv4Address):
        yield address
    elif address in _NAT64:
        yield IPv4Address(int(address) & 0xFFFFFFFF)
    elif address.ipv4_mapped is not None:
        yield address.ipv4_mapped
    else:
        yield address
        if address.sixtofour is not None:
            yield address.sixtofour
        yield from address.teredo or ()


def _is_public(address: Address) -> bool:
    return (
        address.is_global
        and not address.is_multicast
        and not address.is_reserved
        and not getattr(address, "is_site_local", False)
        and address not in _PLATFORMS
    )
