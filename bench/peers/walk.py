"""Walks the accessibility tree with pyatspi, one call at a time: `walk.py least|same`. Prints nodes and milliseconds.

`least`: role, name, states and extents of each element. `same`: what Deskreel's tree tells of it: descriptions, actions and
values or texts too, and extents only of what is showing.
"""

import json
import sys
import time

import pyatspi
from gi.repository import GLib

# As much of a text as the tree gives.
MAX_TEXT = 4096


def least(accessible, states):
    extents(accessible)


def same(accessible, states):
    accessible.description
    if pyatspi.STATE_SHOWING in states:
        extents(accessible)
    actions(accessible)
    value(accessible)


def extents(accessible):
    try:
        accessible.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    except NotImplementedError:
        pass


def actions(accessible):
    try:
        action = accessible.queryAction()
    except NotImplementedError:
        return
    for at in range(action.nActions):
        try:
            action.getName(at)
        except GLib.GError:
            # GTK4 lists actions that it then says it does not have.
            pass


def value(accessible):
    try:
        accessible.queryValue().currentValue
        return
    except NotImplementedError:
        pass
    try:
        text = accessible.queryText()
        length = text.characterCount
        if length > 0:
            text.getText(0, min(length, MAX_TEXT))
    except NotImplementedError:
        pass


def walk(accessible, read):
    accessible.getRoleName(), accessible.name
    read(accessible, accessible.getState().getStates())
    children = (accessible.getChildAtIndex(at) for at in range(accessible.childCount))
    return 1 + sum(walk(child, read) for child in children if child is not None)


desktop = pyatspi.Registry.getDesktop(0)
read = {"least": least, "same": same}[sys.argv[1]]
times = []
for _ in range(16):
    begin = time.perf_counter()
    nodes = walk(desktop, read)
    times.append((time.perf_counter() - begin) * 1000)
print(json.dumps({"nodes": nodes, "times": times[1:]}))
