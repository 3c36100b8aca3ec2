"""Runs an unmodified client as a test tells it to.

The arguments are the client ("computer", "sandbox" or "pty") and, as JSON, what it is made with. Each line on standard
input is a call, {"call": "interface.left_click", "args": [1, 2], "kwargs": {}}; each is answered with one line,
{"result": …} or {"error": "…"}. {"run": "code"} runs code of Cua's documentation as it stands there, with the client as
`computer` and its own `Computer` connected where this one is; it is answered with what was printed and the names that
were set. The end of the input ends the client.
"""

import ast
import asyncio
import base64
import contextlib
import dataclasses
import io
import json
import sys


class Terminal:
    """A terminal of cua-computer's PtyInterface, with what it has printed."""

    def __init__(self, interface):
        self._interface = interface
        self._handle = None
        self._printed = b""
        self._more = asyncio.Event()

    def _on_data(self, data):
        self._printed += data
        self._more.set()

    async def create(self, **options):
        self._handle = await self._interface.create(on_data=self._on_data, **options)
        return self._handle.pid

    async def connect(self, pid):
        self._printed = b""
        self._handle = await self._interface.connect(pid, on_data=self._on_data)
        return [self._handle.cols, self._handle.rows]

    async def disconnect(self):
        await self._handle.disconnect()

    async def send(self, text):
        await self._handle.send_stdin(text.encode())

    async def resize(self, cols, rows):
        await self._handle.resize(cols, rows)

    async def kill(self):
        return await self._handle.kill()

    async def wait(self):
        return await self._handle.wait()

    async def printed(self, text, timeout=20):
        """What has been printed, once it holds the text."""
        async with asyncio.timeout(timeout):
            while text.encode() not in self._printed:
                self._more.clear()
                await self._more.wait()
        return self._printed.decode(errors="replace")


async def make(kind, options):
    if kind == "pty":
        from computer.pty import PtyInterface

        return Terminal(PtyInterface(**options))
    if kind == "sandbox":
        from cua_sandbox import Sandbox

        return await Sandbox.connect(**options)
    from computer import Computer

    computer = Computer(telemetry_enabled=False, **options)
    await computer.run()
    return computer


def plain(value):
    """The value as JSON has it; bytes as base64."""
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if hasattr(value, "returncode"):
        return {name: getattr(value, name) for name in ("stdout", "stderr", "returncode")}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value


async def run(client, options, code):
    """Top-level `await` is how the documentation writes; whoever is asked to press Enter does."""
    import computer

    original = computer.Computer
    computer.Computer = lambda **_: original(telemetry_enabled=False, **options)
    names = {"computer": client, "input": lambda prompt: print(prompt)}
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            body = compile(code, "page", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
            result = eval(body, names)
            if result is not None:
                await result
    finally:
        computer.Computer = original
    return {"printed": printed.getvalue(), "trace_path": names.get("trace_path")}


async def answer(client, options, line):
    request = json.loads(line)
    if "run" in request:
        try:
            return {"result": await run(client, options, request["run"])}
        except Exception as error:
            return {"error": f"{type(error).__name__}: {error}"}
    args = [base64.b64decode(arg["base64"]) if isinstance(arg, dict) and "base64" in arg else arg for arg in request["args"]]
    try:
        target = client
        for name in request["call"].split("."):
            target = getattr(target, name)
        return {"result": plain(await target(*args, **request["kwargs"]))}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}


async def main(kind, options):
    # The clients log to standard output: what is an answer goes to a copy of it, and their words to standard error.
    answers, sys.stdout = sys.stdout, sys.stderr

    def say(message):
        print(json.dumps(message), file=answers, flush=True)

    client = await make(kind, options)
    say({"result": "ready"})
    while line := await asyncio.to_thread(sys.stdin.readline):
        say(await answer(client, options, line))
    for farewell in ("stop", "disconnect"):
        if kind != "pty" and hasattr(client, farewell):
            await getattr(client, farewell)()
            break


asyncio.run(main(sys.argv[1], json.loads(sys.argv[2])))
