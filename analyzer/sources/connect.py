"""Connects to public addresses only, and not for longer than allowed.

The address that was checked is the one connected to, so that a name that gives another address the second time
(DNS rebinding) gains nothing; a name, a number and each redirect go the same way.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any

import httpcore
import httpx

from analyzer.errors import UnreadableSource

_NAT64 = IPv6Network("64:ff9b::/96")


class RefusedAddress(UnreadableSource):
    """The address is this machine's, its network's, or no address of the internet."""


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the internet, also where an IPv6 address carries an IPv4 one.

    Example:
        >>> is_public("1.1.1.1"), is_public("10.0.0.1"), is_public("::ffff:127.0.0.1")
        (True, False, False)
    """
    ip = ip_address(address.partition("%")[0])
    return all(
        one.is_global and not (one.is_multicast or one.is_reserved or one.is_unspecified)
        for one in _carried(ip)
    )


def _carried(ip: IPv4Address | IPv6Address) -> Iterator[IPv4Address | IPv6Address]:
    """Give the addresses that a packet may end at."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped:
            yield ip.ipv4_mapped
            return
        if ip in _NAT64:
            yield IPv4Address(int(ip) & 0xFFFFFFFF)
            return
        if ip.sixtofour:
            yield ip.sixtofour
        yield from ip.teredo or ()
    yield ip


class GuardedTransport(httpx.BaseTransport):
    """Carries httpx's requests over connections that are checked and must end by a deadline."""

    def __init__(self, context: ssl.SSLContext, *, allow_private: bool, deadline: float) -> None:
        """Make a transport for one request; ``deadline`` is a moment of :func:`time.monotonic`."""
        backend = _GuardedBackend(allow_private, deadline)
        self._pool = httpcore.ConnectionPool(context, network_backend=backend, max_keepalive_connections=0)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request; errors are httpcore's.

        Raises:
            RefusedAddress: If the name has an address that is not public.
        """
        url = request.url
        response = self._pool.handle_request(
            httpcore.Request(
                request.method,
                httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path),
                headers=request.headers.raw,
                content=b"",
                extensions=request.extensions,
            )
        )
        assert not isinstance(response.stream, bytes)
        stream: Any = response.stream
        return httpx.Response(response.status, headers=response.headers, stream=_Body(stream))

    def close(self) -> None:
        """Close the connection."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        self._stream.close()


class _GuardedBackend(httpcore.NetworkBackend):
    def __init__(self, allow_private: bool, deadline: float) -> None:
        self._allow_private, self._deadline = allow_private, deadline
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        for address in self._resolve(host, port):
            try:
                stream = self._inner.connect_tcp(
                    address, port, _left(self._deadline, timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _DeadlineStream(stream, self._deadline)
        raise failure

    def _resolve(self, host: str, port: int) -> list[str]:
        """Give the addresses of a name, which are all public or refused together."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"«{host}» har ingen adresse") from error
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        private = [address for address in addresses if not is_public(address)]
        if private and not self._allow_private:
            raise RefusedAddress(
                f"{host} er en adresse på denne maskinen eller i det lokale nettet ({private[0]}), og hentes ikke. "
                "Bruk --allow-private hvis det er meningen."
            )
        return addresses


class _DeadlineStream(httpcore.NetworkStream):
    """A stream whose operations all end by one moment, however slowly the bytes drip."""

    def __init__(self, inner: httpcore.NetworkStream, deadline: float) -> None:
        self._inner, self._deadline = inner, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(self._deadline, timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(self._deadline, timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        stream = self._inner.start_tls(ssl_context, server_hostname, _left(self._deadline, timeout))
        return _DeadlineStream(stream, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("fristen er ute")
    return left if timeout is None else min(left, timeout)
