"""Measures a desktop with the unmodified cua-computer: `measure.py <base url> <folder> <click x> <click y> own|server`.

`own`: what is traced is traced by the client itself; `server`: by who is asked, when told on standard input. Prints JSON.
"""

import asyncio
import glob
import json
import os
import sys
import time

from computer import Computer

CLICKS = 200
# So many more, and what compiles itself while it runs has done so.
WARMUP = 2000
STEPS = 8
# Long enough for any screen here to have come to rest.
REST = 2.5
EMPTY = (1270, 790)


async def timed(count, work):
    samples = []
    for index in range(count + 5):
        begin = time.perf_counter()
        await work()
        if index >= 5:
            samples.append((time.perf_counter() - begin) * 1000)
    return samples


async def main(url, folder, x, y, tracer):
    say, sys.stdout = sys.stdout, sys.stderr
    computer = Computer(
        os_type="linux", use_host_computer_server=True, api_base_url=url, telemetry_enabled=False
    )
    await computer.run()

    async def signal(word):
        print(word, file=say, flush=True)
        await asyncio.to_thread(sys.stdin.readline)

    async def click():
        await computer.interface.left_click(*EMPTY)

    async def screenshot():
        await computer.interface.screenshot()

    found = {"click": await timed(CLICKS, click), "screenshot": await timed(CLICKS, screenshot)}
    if tracer == "own":
        await computer.tracing.start({"path": f"{folder}/clicks"})
    else:
        await signal("start")
    found["traced"] = await timed(CLICKS, click)
    if tracer == "own":
        found["bytes"] = os.path.getsize(await computer.tracing.stop({"path": f"{folder}/clicks.zip"}))
        await computer.tracing.start({"path": f"{folder}/steps"})
    else:
        await signal("stop")
        await signal("start")
    for step in range(STEPS):
        await computer.interface.left_click(x, y)
        await asyncio.sleep(REST)
        # Past the tracer, so that it is no step of the trace.
        rested = await computer._original_interface.screenshot()
        with open(f"{folder}/rested-{step}.png", "wb") as file:
            file.write(rested)
    if tracer == "own":
        await computer.tracing.stop({"format": "dir"})
        found["after"] = sorted(glob.glob(f"{folder}/steps/*_after_left_click.png"))
    else:
        await signal("stop")
    found["steps"], found["clicks"] = STEPS, CLICKS + 5
    await timed(WARMUP, click)
    found["warm"] = await timed(CLICKS, click)
    await computer.disconnect()
    print(json.dumps(found), file=say, flush=True)


url, folder, x, y, tracer = sys.argv[1:]
asyncio.run(main(url, folder, int(x), int(y), tracer))
