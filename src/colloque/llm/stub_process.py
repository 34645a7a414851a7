"""The stub server as a process of its own: for tests and benchmarks that must cross a real socket.

`python -m colloque.llm.stub_process '{"options": {…}, "answer": "module:function", "arguments": {…}}'` prints its port.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from importlib import import_module
from types import TracebackType
from typing import Any, Self
from urllib.request import ProxyHandler, Request, build_opener

from colloque.errors import RunError
from colloque.llm.stub import Answerer, StubOptions, serve_stub

__all__ = ["StubProcess", "answerer_named"]


def answerer_named(name: str, arguments: Mapping[str, Any]) -> Answerer:
    """`module:function` called with the arguments: `colloque.write.standin:author_stub`."""
    module, _, function = name.partition(":")
    made: Answerer = getattr(import_module(module), function)(**arguments)
    return made


class StubProcess:
    """A running stub server; leaving the `with` block ends it."""

    def __init__(self, options: StubOptions | None = None, answer: str = "", **arguments: Any) -> None:
        what = {"options": (options or StubOptions()).model_dump(), "answer": answer, "arguments": arguments}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "colloque.llm.stub_process", json.dumps(what)], stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line.strip().isdigit():
            raise RunError("the stub server did not start", hint="see what it printed above")
        self.port = int(line)
        self.base_url = f"http://127.0.0.1:{self.port}/v1"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def stats(self) -> dict[str, Any]:
        """What the server has counted so far."""
        counted: dict[str, Any] = json.loads(self._call("GET", "/stats"))
        return counted

    def reset(self) -> None:
        """Count from zero; the sequence of latencies and faults begins again."""
        self._call("POST", "/reset")

    def close(self) -> None:
        """End the process."""
        self._process.terminate()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _call(self, method: str, path: str) -> bytes:
        request = Request(f"http://127.0.0.1:{self.port}{path}", method=method, data=b"" if method == "POST" else None)
        # The proxies of the environment are not for this machine.
        with build_opener(ProxyHandler({})).open(request, timeout=10) as response:
            body: bytes = response.read()
        return body


def _main(text: str) -> None:
    what = json.loads(text)
    answer = answerer_named(what["answer"], what["arguments"]) if what["answer"] else None
    serve_stub(0, StubOptions.model_validate(what["options"]), answer, ready=lambda port: print(port, flush=True))


if __name__ == "__main__":
    _main(sys.argv[1])
