"""Reading YAML from strangers: plain data only, of a bounded size, and nothing said twice."""

from typing import Any

import yaml

LARGEST = 2 * 1024 * 1024
MOST_ALIASES = 100
MOST_VALUES = 200_000
DEEPEST = 40


class Unreadable(ValueError):
    """The file cannot be read as plain YAML; `line` is where, when known, counted from 1."""

    def __init__(self, says: str, line: int | None = None) -> None:
        super().__init__(says)
        self.line = line


# The safe loader, in C where it is built; it makes plain values only.
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str) -> Any:
    """The file's values. Raises Unreadable, with words and a line, for anything but plain bounded YAML."""
    node, loader = tree(text), Loader("")
    try:
        return loader.construct_document(node)
    except yaml.YAMLError as fault:
        raise _unreadable(fault) from None
    except ValueError as fault:
        raise Unreadable(f"A date or number cannot be read: {fault}.") from None
    finally:
        loader.dispose()


def tree(text: str) -> yaml.Node:
    """The file's nodes with their lines, after every bound has been checked."""
    if len(text.encode(errors="replace")) > LARGEST:
        raise Unreadable(
            "The file is larger than 2 MB. Split it or take out what is not part of the framework."
        )
    try:
        _check_events(text)
        node = yaml.compose(text, Loader=Loader)
    except yaml.YAMLError as fault:
        raise _unreadable(fault) from None
    except UnicodeEncodeError:
        raise Unreadable("The file holds characters that are no text. Save it as UTF-8.") from None
    if node is None:
        raise Unreadable("The file is empty.")
    _size(node, {}, set())
    return node


def _check_events(text: str) -> None:
    """Refuse tags, too many aliases and too many levels before anything is built."""
    aliases = depth = 0
    for event in yaml.parse(text, Loader=Loader):
        line = event.start_mark.line + 1 if event.start_mark else None
        if tag := getattr(event, "tag", None):
            raise Unreadable(f"The tag {tag} is not allowed. Write plain values.", line)
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
        elif isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if aliases > MOST_ALIASES:
            raise Unreadable(
                f"There are more than {MOST_ALIASES} aliases (*name). Write the values out.", line
            )
        if depth > DEEPEST:
            raise Unreadable("The values are nested too deeply.", line)


def _size(node: yaml.Node, known: dict[int, int], open_nodes: set[int]) -> int:
    """How many values a node stands for with every alias written out. Refuses circles and explosions."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) in open_nodes:
        raise Unreadable(
            "An alias (*name) contains itself. Write the values out.", node.start_mark.line + 1
        )
    if id(node) not in known:
        open_nodes.add(id(node))
        known[id(node)] = 1 + sum(_size(one, known, open_nodes) for one in _inner(node))
        open_nodes.remove(id(node))
    if known[id(node)] > MOST_VALUES:
        raise Unreadable("The file stands for too many values once its aliases are written out.")
    return known[id(node)]


def _inner(node: yaml.Node) -> list[yaml.Node]:
    """What a list or mapping holds."""
    if isinstance(node, yaml.SequenceNode):
        return list(node.value)
    _check_keys(node)
    return [one for pair in node.value for one in pair]


def _check_keys(node: yaml.Node) -> None:
    """A mapping's own keys are texts, each of them once; `<<` brings in those of another."""
    own: set[str] = set()
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if key.tag not in {"tag:yaml.org,2002:str", "tag:yaml.org,2002:merge"}:
            shown = key.value if isinstance(key, yaml.ScalarNode) else "here"
            raise Unreadable(f"The key {shown} is not read as a text. Put it in quotes.", line)
        if key.value in own:
            raise Unreadable(f"The key “{key.value}” stands twice. Keep one of them.", line)
        own.add(key.value)


def _unreadable(fault: yaml.YAMLError) -> Unreadable:
    mark = getattr(fault, "problem_mark", None)
    problem = getattr(fault, "problem", None) or getattr(fault, "reason", None) or "it is not YAML"
    return Unreadable(
        f"This is not readable YAML: {problem}. Check the indentation and the quotes here and in the line above.",
        mark.line + 1 if mark else None,
    )


def lines(text: str) -> dict[tuple[str | int, ...], int]:
    """The line of each value by its path in the file."""
    found: dict[tuple[str | int, ...], int] = {}
    _note_lines(tree(text), (), found)
    return found


def _note_lines(
    node: yaml.Node, path: tuple[str | int, ...], found: dict[tuple[str | int, ...], int]
) -> None:
    found.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            found[(*path, key.value)] = key.start_mark.line + 1
            _note_lines(value, (*path, key.value), found)
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            _note_lines(value, (*path, place), found)
