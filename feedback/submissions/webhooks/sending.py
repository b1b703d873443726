"""One POST to an endpoint: to an address that was checked, in 15 seconds, and little is read of what it answers."""

import asyncio
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import httpcore
import httpx

from feedback.submissions.webhooks import addresses
from feedback.submissions.webhooks.addresses import Address, Forbidden, NotPublic, Url
from feedback.submissions.webhooks.answers import WHOLE_SECONDS, Answer

_CONNECT_SECONDS = 5.0  # to one of several addresses
_MOST_ADDRESSES = 3
# Read and thrown away, so that an endpoint finds its answer taken; of a longer one the connection is cut.
_ANSWER_BYTES = 64 << 10
_MOST_RETRY_AFTER = 86_400.0


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses alone. The name stays what TLS and `Host` are about, as httpcore has it."""

    def __init__(
        self,
        resolvers: ThreadPoolExecutor,
        resolve: Callable[[str, int], list[Address]] = addresses.resolve,
        check: Callable[[str, list[Address]], None] = addresses.check_addresses,
    ) -> None:
        self._resolvers, self._resolve, self._check = resolvers, resolve, check
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises Forbidden, and httpcore's own faults."""
        try:
            found = await asyncio.get_running_loop().run_in_executor(self._resolvers, self._resolve, host, port)
        except (OSError, ValueError) as fault:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {fault}") from None
        self._check(host, found)
        failed: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in found[:_MOST_ADDRESSES]:
            try:
                return await self._network.connect_tcp(str(address), port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as fault:
                failed = fault
        raise failed

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


class Sender:
    """Sends messages, in a running event loop. A connection is made for each: one that is kept is not checked again."""

    def __init__(self, network: httpcore.AsyncNetworkBackend) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(),
            max_connections=None,
            max_keepalive_connections=0,
            network_backend=network,
        )

    async def post(self, url: str, headers: dict[str, str], content: bytes) -> Answer:
        """Whatever happens is an answer, whose words hold neither what the endpoint said nor where its name leads."""
        try:
            async with asyncio.timeout(WHOLE_SECONDS):
                return await self._post(addresses.check_url(url), headers, content)
        except TimeoutError:
            return Answer(None, f"no answer within {WHOLE_SECONDS:g} s")
        except NotPublic:
            return Answer(None, "not called: its host leads to an address that is not public")
        except Forbidden as reason:
            return Answer(None, f"not called: {reason}")
        except httpcore.TimeoutException:
            return Answer(None, f"no connection within {_CONNECT_SECONDS:g} s")
        except httpcore.ProtocolError:  # its own words quote what came
            return Answer(None, "could not be reached: the connection ended without an answer in HTTP")
        except (httpcore.NetworkError, httpcore.UnsupportedProtocol, OSError) as fault:
            return Answer(None, f"could not be reached: {str(fault) or type(fault).__name__}")

    async def _post(self, url: Url, headers: dict[str, str], content: bytes) -> Answer:
        target = httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target)
        patience = {"timeout": {"connect": _CONNECT_SECONDS}}
        sent = [("host", url.authority), *headers.items()]
        async with self._pool.stream("POST", target, headers=sent, content=content, extensions=patience) as answer:
            gone = answer.status == HTTPStatus.GONE
            found = Answer(answer.status, _words(answer.status), _retry_after(answer.headers), gone)
            # The status has come, and the rest says nothing to us.
            with suppress(httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException):
                await _read_a_little(answer)
        return found


async def _read_a_little(answer: httpcore.Response) -> None:
    read = 0
    async for piece in answer.aiter_stream():
        read += len(piece)
        if read > _ANSWER_BYTES:
            return


def _words(status: int) -> str:
    return f"answered {status}" + (", and redirects are not followed" if 300 <= status < 400 else "")


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> float:
    """The seconds that Retry-After asks for, as a number or as a date; at most a day, 0 where it says nothing."""
    text = next((value for name, value in headers if name.lower() == b"retry-after"), b"").decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), _MOST_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return 0.0
    seconds = (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 0.0), _MOST_RETRY_AFTER)
