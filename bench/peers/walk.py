"""Walks the accessibility tree with pyatspi, one call at a time, and prints how many nodes it has and the milliseconds."""

import json
import time

import pyatspi


def walk(accessible):
    accessible.getRoleName(), accessible.name, accessible.getState().getStates()
    try:
        accessible.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    except NotImplementedError:
        pass
    children = (accessible.getChildAtIndex(at) for at in range(accessible.childCount))
    return 1 + sum(walk(child) for child in children if child is not None)


desktop = pyatspi.Registry.getDesktop(0)
times = []
for _ in range(16):
    begin = time.perf_counter()
    nodes = walk(desktop)
    times.append((time.perf_counter() - begin) * 1000)
print(json.dumps({"nodes": nodes, "times": times[1:]}))
