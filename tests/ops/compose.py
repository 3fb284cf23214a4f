"""Reads docker-compose.yml as Docker would, for a machine that has servers but no Docker."""

import ast
import re
from collections.abc import Mapping
from typing import Any

import yaml

from tools.paths import ROOT

VARIABLE = re.compile(r"\$\$|\$\{(\w+):([?-])([^}]*)\}")


def services(given: Mapping[str, str]) -> dict[str, Any]:
    """Every service with its variables filled in; a missing one stops, as in Docker."""

    def fill(match: re.Match[str]) -> str:
        if match.group() == "$$":
            return "$"
        if given.get(match[1]):
            return given[match[1]]
        if match[2] == "?":
            raise KeyError(match[3])
        return match[3]

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: walk(one) for key, one in value.items()}
        if isinstance(value, list):
            return [walk(one) for one in value]
        return VARIABLE.sub(fill, value) if isinstance(value, str) else value

    read = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return walk(read["services"])


def on_loopback(value: Any, ports: Mapping[str, int]) -> Any:
    """The same words with the servers' names replaced by ports of this machine."""
    if isinstance(value, dict):
        return {key: on_loopback(one, ports) for key, one in value.items()}
    if isinstance(value, list):
        return [on_loopback(one, ports) for one in value]
    if not isinstance(value, str):
        return value
    for name, port in {
        "postgres:5432": ports["postgres"],
        "redis:6379": ports["redis"],
        "0.0.0.0:8000": ports["web"],
        "127.0.0.1:8000": ports["web"],
    }.items():
        value = value.replace(name, f"127.0.0.1:{port}")
    return value


def line_of(test: list[str]) -> list[str]:
    """A health check as the command it runs."""
    return ["sh", "-c", test[1]] if test[0] == "CMD-SHELL" else test[1:]


def example_names() -> dict[str, bool]:
    """The variables that .env.example names, and whether it asks for them or only mentions them."""
    found = re.findall(r"^(#?)([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.M)
    return {name: not mentioned for mentioned, name in found}


def handed_on() -> dict[str, str]:
    """The variables that the application's services hand on under their own name, and the words for none given."""
    environment = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["x-app"]["environment"]
    found = {name: VARIABLE.fullmatch(value) for name, value in environment.items()}
    return {name: one[3] for name, one in found.items() if one and one[1] == name}


def settings_read() -> dict[str, str | None]:
    """The variables that the settings read, and what stands for a missing one where that is a plain word."""
    tree = ast.parse((ROOT / "qaframework" / "settings.py").read_text())
    calls = [one for one in ast.walk(tree) if isinstance(one, ast.Call)]
    named = [one for one in calls if isinstance(one.func, ast.Name) and one.func.id == "env"]
    return {ast.literal_eval(one.args[0]): plain(one.args[1:]) for one in named}


def plain(words: list[ast.expr]) -> str | None:
    """A default that is a word; of one that production and tests share differently, production's."""
    word = words[0] if words else None
    if isinstance(word, ast.IfExp) and ast.unparse(word.test) == "QA_ENV != 'test'":
        word = word.body
    return word.value if isinstance(word, ast.Constant) else None
