"""One server's connections: kept alive, never more than the gate lets calls in, no proxy and no redirect on loopback.

Turns whatever happens on the wire into a body or a `Failure`. Knows nothing of retries, journals or messages.
"""

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from colloque.llm.wire import Endpoint, Failure, Structured, classify

if TYPE_CHECKING:
    import aiohttp

__all__ = ["Answer", "Connection"]


class Answer(NamedTuple):
    """One exchange: a body to keep, or the failure in its place; how JSON had been asked for, how long it took."""

    body: bytes = b""
    failure: Failure | None = None
    structured: Structured = "none"
    seconds: float = 0.0


class Connection:
    """A session with one endpoint, opened inside the event loop that first uses it."""

    def __init__(self, endpoint: Endpoint, timeout_s: float) -> None:
        self.endpoint = endpoint
        self.timeout_s = timeout_s
        self._session: aiohttp.ClientSession | None = None
        self._home: asyncio.AbstractEventLoop | None = None

    async def post(self, body: bytes) -> Answer:
        """One call. Raises nothing that the server or the network does."""
        import aiohttp

        try:
            async with self._open().post(self.endpoint.url, data=body, allow_redirects=False) as response:
                raw = await response.read()
                if response.status == 200:
                    return Answer(raw)
                failure = classify(response.status, raw, response.headers.get("Retry-After"))
                return Answer(failure=failure._replace(reason=self.endpoint.clean(failure.reason)))
        except TimeoutError:
            return Answer(failure=Failure("retry", f"no answer within {self.timeout_s:g} s"))
        except (aiohttp.ClientConnectorCertificateError, aiohttp.InvalidURL) as error:
            return Answer(failure=Failure("fatal", str(error)))
        except (aiohttp.ClientError, ConnectionError) as error:
            return Answer(failure=Failure("retry", f"{type(error).__name__}: {error}"))

    def close(self) -> None:
        """Close the session in its own loop."""
        if self._session is not None and self._home is not None and self._home.is_running():
            asyncio.run_coroutine_threadsafe(self._session.close(), self._home).result(10.0)
        self._session = None

    def _open(self) -> "aiohttp.ClientSession":
        """Proxies of the environment hold for remote addresses only."""
        if self._session is None:
            import aiohttp

            self._home = asyncio.get_running_loop()
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=60.0),
                timeout=aiohttp.ClientTimeout(total=self.timeout_s, sock_connect=20.0),
                headers=self.endpoint.headers,
                trust_env=self.endpoint.remote,
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session
