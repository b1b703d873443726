"""Serving below a path of a host that has other things as well: `https://host/feedback/`.

Some proxies take the prefix off before they pass a request on, others leave it. Both are understood: the layers of
this server see paths without it, and Django gets it back as the script name, from which it makes every address.
"""

from feedback.server.body_guard import Application, Receive, Scope, Send


class WithoutPrefix:
    """ASGI middleware that takes `prefix` off the path, where it is there."""

    def __init__(self, application: Application, prefix: str) -> None:
        self._application = application
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        if self._prefix and (path == self._prefix or path.startswith(f"{self._prefix}/")):
            scope = {**scope, "path": path.removeprefix(self._prefix) or "/"}
        await self._application(scope, receive, send)


class WithPrefix:
    """ASGI middleware that puts `prefix` before the path and names it as the root path, as the ASGI standard has it."""

    def __init__(self, application: Application, prefix: str) -> None:
        self._application = application
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._prefix:
            scope = {**scope, "root_path": self._prefix, "path": self._prefix + scope.get("path", "")}
        await self._application(scope, receive, send)
