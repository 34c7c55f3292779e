"""Decides which addresses may be connected to: public ones, unless the operator allows others.

The socket factory checks an address directly before the connection to it, after every resolution of
the name, because a name may resolve to another address the next time. The ranges are those of
IANA's registries for special purposes, as Python's `ipaddress` knows them.
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
    """An address that is not public. The client handles this OSError by trying the next address."""


def is_public(text: str) -> bool:
    """Return whether an IP address is public, and so are the addresses that it embeds.

    Loopback, private, link-local (where clouds keep their metadata), shared, multicast and reserved
    addresses are not public. An IPv6 address that stands for such an IPv4 address is not public
    either.
    """
    return all(map(_is_public, _meant(ip_address(text.partition("%")[0]))))


def public_sockets(address_info: Any) -> socket.socket:
    """Create the socket for an address, if it is public.

    Args:
        address_info: As `socket.getaddrinfo` returns it: family, type, protocol, name, address.

    Raises:
        PrivateAddressError: The address is not public. The message names it.
    """
    family, kind, protocol, _, address = address_info
    if not is_public(str(address[0])):
        # The client shows the system's message, which is an OSError's second argument.
        raise PrivateAddressError(errno.EACCES, f"{address[0]} is no public address")
    return socket.socket(family=family, type=kind, proto=protocol)


def private_addresses(host: str, port: int) -> tuple[list[str], list[str]]:
    """Resolve a name, and separate its addresses into those that are not public and those that are.

    Raises:
        OSError: The name cannot be resolved now.
    """
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = list(dict.fromkeys(str(address[0]) for *_, address in found))
    public = [address for address in addresses if is_public(address)]
    return [address for address in addresses if address not in public], public


def _meant(address: Address) -> Iterator[Address]:
    """Return the addresses that one stands for: itself, or the IPv4 addresses inside."""
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
