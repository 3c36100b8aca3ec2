# Walks the trees of the applications named as arguments with pyatspi, one call at a time, and prints them as JSON.
import json
import sys

import pyatspi
from gi.repository import GLib


def extents(accessible):
    try:
        box = accessible.queryComponent().getExtents(pyatspi.DESKTOP_COORDS)
    except NotImplementedError:
        return None
    return [box.x, box.y, box.width, box.height]


def actions(accessible):
    try:
        action = accessible.queryAction()
    except NotImplementedError:
        return []
    return [action_name(action, at) for at in range(action.nActions)]


def action_name(action, at):
    try:
        return action.getName(at)
    except GLib.GError:
        # GTK4 lists actions that it then says it does not have.
        return None


def value(accessible):
    try:
        return accessible.queryValue().currentValue
    except NotImplementedError:
        pass
    try:
        return accessible.queryText().getText(0, -1)
    except NotImplementedError:
        return None


def node(accessible):
    children = (accessible.getChildAtIndex(at) for at in range(accessible.childCount))
    return {
        'role': accessible.getRoleName(),
        'title': accessible.name,
        'description': accessible.description,
        'extents': extents(accessible),
        'states': sorted(pyatspi.stateToString(state) for state in accessible.getState().getStates()),
        'actions': actions(accessible),
        'value': value(accessible),
        'children': [node(child) for child in children if child is not None],
    }


desktop = pyatspi.Registry.getDesktop(0)
found = (desktop.getChildAtIndex(at) for at in range(desktop.childCount))
print(json.dumps([node(one) for one in found if one is not None and one.name.lower() in sys.argv[1:]]))
