"""Reads docker-compose.yml as Docker would, for a machine that has servers but no Docker."""

import re
import string
from collections.abc import Mapping
from typing import Any

import yaml

from tools.paths import ROOT

VARIABLE = re.compile(r"\$\$|\$\{(\w+):\?([^}]*)\}")


def services(given: Mapping[str, str]) -> dict[str, Any]:
    """Every service with its variables filled in; a missing one stops, as in Docker."""

    def fill(match: re.Match[str]) -> str:
        if match.group() == "$$":
            return "$"
        if not given.get(match[1]):
            raise KeyError(match[2])
        return given[match[1]]

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


def example_names() -> set[str]:
    """The variables that .env.example asks for."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    return {line.partition("=")[0] for line in lines if line[:1] in string.ascii_uppercase and line}
