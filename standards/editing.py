"""Changing one thing in a framework's file, and leaving every other character as it was. No Django.

Every change is read back: the file must say the same as before except for what was asked.
"""

import hashlib
import json
import re
from datetime import date
from typing import Any

import yaml

from standards import safe_yaml

Place = tuple[str | int, ...]
Value = str | int | bool | date | list[str] | list[int] | dict[str, Any]
STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


# What no page changes: it says which council's file this is, and which edition.
FIXED = frozenset(
    {("format",), ("framework", "code"), ("framework", "council"), ("framework", "edition")}
)


def fixed(place: Place) -> bool:
    """Whether a place never changes in the browser: codes are what answers and reports join on."""
    return place in FIXED or place[-1:] == ("code",)


def mark_of(value: Any) -> str:
    """What tells one value from another, so that a change by somebody else in the meantime is seen."""
    return hashlib.sha256(json.dumps(value, default=str).encode()).hexdigest()[:16]


class NotThere(LookupError):
    """The file has nothing at this place, or shares it with another place."""


def place_of(path: str) -> Place:
    """A path as it is written, tools[0].sections[3].title, as its steps."""
    return tuple(int(index) if index else name for name, index in STEP.findall(path))


def value_at(document: Any, place: Place) -> Any:
    """The value at a place. Raises NotThere."""
    for step in place:
        wanted = str if isinstance(document, dict) else int
        try:
            if not isinstance(step, wanted):
                raise KeyError(step)
            document = document[step]
        except (KeyError, IndexError, TypeError):
            raise NotThere(f"There is nothing at {place}.") from None
    return document


def changed(text: str, place: Place, value: Value) -> str:
    """The file's text with another value at a place; comments and order stay. Raises NotThere.

    Texts are written in quotes, lengths of time in braces; a list keeps its shape and its entries' comments.
    """
    node = node_at(safe_yaml.tree(text), place)
    if isinstance(node, yaml.SequenceNode) and isinstance(value, list) and not node.flow_style:
        made = _listed(text, node, value)
    else:
        start, end = node.start_mark.index, end_of(node, text)
        indent = "" if isinstance(node, yaml.ScalarNode) or node.flow_style else "  "
        made = text[:start] + indent + written(value) + text[end:]
    return _proved(text, made, place, value)


def _listed(text: str, node: yaml.SequenceNode, value: list[Any]) -> str:
    """A list of one entry a line, with the lines of the entries that stay."""
    starts = [text.rfind("-", 0, one.start_mark.index) for one in node.value]
    last = _line_end(text, end_of(node.value[-1], text))
    ends = [*(_line_start(text, start) for start in starts[1:]), last]
    kept = {
        str(one.value): text[start:end]
        for one, start, end in zip(node.value, starts, ends, strict=True)
    }
    indent = text[_line_start(text, starts[0]) : starts[0]]
    ends_in = "\n" if text[last - 1 : last] == "\n" else ""
    lines = [kept.get(str(one), f"- {written(one)}\n").rstrip("\n") + "\n" for one in value]
    body = indent.join(lines) if lines else "  []\n"
    return text[: starts[0]] + body.removesuffix("\n") + ends_in + text[last:]


def without(text: str, *places: Place) -> str:
    """The file without what stands at some places, their keys included; a list may become empty.

    No two of the places are within the same thing. Raises NotThere.
    """
    tree = safe_yaml.tree(text)
    document = safe_yaml.load(text)
    cuts = sorted((_cut(text, tree, place) for place in places), reverse=True)
    made = text
    for start, end, instead in cuts:
        made = made[:start] + instead + made[end:]
    for place in sorted(places, key=str, reverse=True):
        document = _with(document, place, None)
    return _same(made, document, places[0])


def _cut(text: str, tree: Any, place: Place) -> tuple[int, int, str]:
    """Where to cut so that one thing goes with its key, and what comes instead."""
    (*above, step) = place
    parent, node = node_at(tree, tuple(above)), node_at(tree, place)
    pairs = [one if isinstance(one, tuple) else (one, one) for one in parent.value]
    keys = [
        key.value if isinstance(parent, yaml.MappingNode) else at
        for at, (key, _) in enumerate(pairs)
    ]
    at, end = keys.index(step), end_of(node, text)
    if parent.flow_style:
        return _cut_in_brackets(text, pairs, at, end)
    if len(pairs) == 1:
        return parent.start_mark.index, end, "  " + _empty(parent)
    return _cut_lines(text, pairs[at][0].start_mark.index, end, dash=isinstance(step, int))


def _empty(parent: yaml.Node) -> str:
    return "{}" if isinstance(parent, yaml.MappingNode) else "[]"


def _cut_in_brackets(text: str, pairs: list[Any], at: int, end: int) -> tuple[int, int, str]:
    """Cut from the entry before, or to the entry after, so that one comma goes with it."""
    if at:
        return end_of(pairs[at - 1][1], text), end, ""
    start = pairs[0][0].start_mark.index
    return start, pairs[1][0].start_mark.index if len(pairs) > 1 else end, ""


def _cut_lines(text: str, start: int, end: int, *, dash: bool) -> tuple[int, int, str]:
    """Cut whole lines; where the first key of a list's entry goes, the dash stays with the next key."""
    if dash:
        start = text.rfind("-", 0, start)
    line = _line_start(text, start)
    after = _line_end(text, end)
    if text[line:start].strip():
        return start, after + len(text[after:]) - len(text[after:].lstrip(" ")), ""
    return line, after, ""


def added(text: str, key: str, *entries: dict[str, Any]) -> str:
    """The file with more entries in a list at its top level; the list is made where there is none."""
    tree: Any = safe_yaml.tree(text)
    found = next((value for name, value in tree.value if name.value == key), None)
    lines = [written(entry) for entry in entries]
    if found is None and tree.flow_style:
        end = end_of(tree.value[-1][1], text)
        made = f"{text[:end]}, {written(key)}: [{', '.join(lines)}]{text[end:]}"
    elif found is None:
        block = "".join(f"\n  - {line}" for line in lines)
        made = _new_line(text, end_of(tree.value[-1][1], text), f"{key}:{block}")
    elif found.flow_style:
        end = end_of(found, text) - 1
        comma = ", " if found.value else ""
        made = text[:end].rstrip(", ") + comma + ", ".join(lines) + text[end:]
    else:
        dash = text.rfind("-", 0, found.value[0].start_mark.index)
        indent = text[_line_start(text, dash) : dash]
        block = "\n".join(f"{indent}- {line}" for line in lines)
        made = _new_line(text, end_of(found, text), block)
    before = safe_yaml.load(text).get(key, [])
    return _proved(text, made, (key,), [*before, *entries])


def _new_line(text: str, end: int, line: str) -> str:
    """A line of its own after the one in which something ends."""
    after = _line_end(text, end)
    before = text[:after] if text[:after].endswith("\n") else text[:after] + "\n"
    return before + line + "\n" + text[after:]


def _line_start(text: str, index: int) -> int:
    return text.rfind("\n", 0, index) + 1


def _line_end(text: str, index: int) -> int:
    """Just behind the end of the line that holds an index; of a block of text that ended its line, there."""
    if index and text[index - 1] == "\n":
        return index
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def end_of(node: Any, text: str) -> int:
    """Where a value really ends: not the blank lines and comments that stand before the next one."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        kept = text[node.start_mark.index : node.end_mark.index]
        return int(node.start_mark.index) + len(kept.rstrip())
    last = node.value[-1]
    return end_of(last[1] if isinstance(node, yaml.MappingNode) else last, text)


def node_at(node: Any, place: Place) -> Any:
    """The node at a place. Raises NotThere."""
    for step in place:
        found = None
        if isinstance(node, yaml.MappingNode) and isinstance(step, str):
            found = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            found = node.value[step] if step < len(node.value) else None
        if found is None:
            raise NotThere(f"There is nothing at {place}.")
        node = found
    return node


def _proved(text: str, made: str, place: Place, value: Any) -> str:
    """The new text, once it is sure that it differs from the old in this one place only."""
    return _same(made, _with(safe_yaml.load(text), place, value), place)


def _same(made: str, document: Any, place: Place) -> str:
    try:
        found = safe_yaml.load(made)
    except safe_yaml.Unreadable:
        found = None
    if found != document:
        raise NotThere(f"What stands at {place} is shared with another place.")
    return made


def _with(document: Any, place: Place, value: Any) -> Any:
    """A document with another value, or without one for None; what aliases share is not shared here."""
    step, *rest = place
    made: Any = dict(document) if isinstance(document, dict) else list(document)
    if rest:
        made[step] = _with(document[step], tuple(rest), value)
    elif value is None:
        del made[step]
    else:
        made[step] = value
    return made


def written(value: Value) -> str:
    """A value as YAML on one line. JSON is YAML, and needs no folding, indentation or anchors."""
    return value.isoformat() if isinstance(value, date) else json.dumps(value, ensure_ascii=False)


def in_force_from(text: str, day: date) -> str:
    """The file with another first day."""
    return changed(text, ("framework", "effective_from"), day)


def as_edition(text: str, edition: int) -> str:
    """The file as another edition."""
    return changed(text, ("framework", "edition"), edition)
