"""The lines of a long table: `{% lines one in rows %}` writes its rows as `{% for %}` does, several times as quickly.

Each row is a dictionary. Between the tags stand text, `{{ one.key }}`, and `{% if %}` with keys of the row or with
what the page knows, joined by `and`, `or` and `not`. Everything is escaped. Anything else is refused when the template
is read, so that nothing is left out in silence.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.template import Context, Node, NodeList, TemplateSyntaxError
from django.template.base import (
    FilterExpression,
    Parser,
    TextNode,
    Token,
    Variable,
    VariableNode,
    render_value_in_context,
)
from django.template.defaulttags import IfNode

Row = Mapping[str, Any]
# Adds what a piece says of a row; and whether something is so for a row.
Piece = Callable[[Row, Context, Callable[[str], None]], None]
Test = Callable[[Row, Context], Any]
JOINED: dict[str, Callable[[Test, Test], Test]] = {
    "and": lambda one, other: lambda row, context: one(row, context) and other(row, context),
    "or": lambda one, other: lambda row, context: one(row, context) or other(row, context),
}


class Lines(Node):
    """The rows of a table."""

    def __init__(self, rows: FilterExpression, pieces: list[Piece]) -> None:
        self.rows, self.pieces = rows, pieces

    def render(self, context: Context) -> str:
        out: list[str] = []
        add, pieces = out.append, self.pieces
        for row in self.rows.resolve(context):
            for piece in pieces:
                piece(row, context, add)
        return "".join(out)


def read_lines(parser: Parser, token: Token) -> Lines:
    """The tag `lines`."""
    try:
        _, name, word, rows = token.split_contents()
    except ValueError:
        word = ""
    if word != "in":
        raise TemplateSyntaxError("Say {% lines one in rows %}.")
    found = parser.compile_filter(rows)
    inside = parser.parse(("endlines",))
    parser.delete_first_token()
    return Lines(found, pieces_of(inside, name))


def pieces_of(nodes: NodeList, name: str) -> list[Piece]:
    """What is written of each row."""
    return [piece_of(node, name) for node in nodes]


def piece_of(node: Node, name: str) -> Piece:
    """One piece: a text, a value, or what stands under a condition."""
    if isinstance(node, TextNode):
        return text(str(node.s))
    if isinstance(node, VariableNode):
        key = key_of(node.filter_expression, name)
        return value(key) if key else lambda row, context, add: add(str(node.render(context)))
    if isinstance(node, IfNode):
        return choice(
            [
                (test_of(condition, name) if condition else always, pieces_of(inside, name))
                for condition, inside in node.conditions_nodelists
            ]
        )
    raise TemplateSyntaxError(f"{node!r} cannot stand in lines.")


def key_of(expression: FilterExpression, name: str) -> str:
    """Which key of the row is meant; nothing where it is something that the page knows."""
    variable = expression.var
    if expression.filters or not isinstance(variable, Variable) or not variable.lookups:
        raise TemplateSyntaxError(f"“{expression.token}” is too much for lines.")
    first, *more = variable.lookups
    if first == "forloop" or (first == name and len(more) != 1):
        raise TemplateSyntaxError(f"“{expression.token}” is nothing that a row says.")
    return str(more[0]) if first == name else ""


def text(words: str) -> Piece:
    """The same for each row."""
    return lambda row, context, add: add(words)


def value(key: str) -> Piece:
    """What a row says under a key, escaped."""

    def write(row: Row, context: Context, add: Callable[[str], None]) -> None:
        said = row[key]
        add(escape(said) if type(said) is str else str(render_value_in_context(said, context)))

    return write


def choice(ways: list[tuple[Test, list[Piece]]]) -> Piece:
    """What stands under the first condition that holds."""

    def write(row: Row, context: Context, add: Callable[[str], None]) -> None:
        for test, pieces in ways:
            if test(row, context):
                for piece in pieces:
                    piece(row, context, add)
                return

    return write


def always(row: Row, context: Context) -> bool:
    """Whatever the row is: what stands under `else`."""
    return True


def test_of(condition: Any, name: str) -> Test:
    """Whether a condition holds for a row."""
    kind = getattr(condition, "id", "")
    if kind == "literal":
        key = key_of(condition.value, name)
        return (
            (lambda row, context: row[key])
            if key
            else (lambda row, context: condition.eval(context))
        )
    if kind == "not":
        one = test_of(condition.first, name)
        return lambda row, context: not one(row, context)
    if kind in JOINED:
        return JOINED[kind](test_of(condition.first, name), test_of(condition.second, name))
    raise TemplateSyntaxError(f"{condition!r} cannot be asked in lines.")
