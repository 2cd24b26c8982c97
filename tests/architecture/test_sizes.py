"""Files and functions stay short enough to be read at once, and every file says what it is for."""

from __future__ import annotations

import ast

from tests.architecture.source_files import ROOMS, modules, name_of, parse

LONGEST_FILE = 250
LONGEST_FUNCTION = 40
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
SHIPPED = ("app", "workers", "config")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def test_no_file_is_too_long():
    sizes = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in modules(*ROOMS)}
    assert {name: lines for name, lines in sizes.items() if lines > LONGEST_FILE} == {}


def test_no_function_is_too_long():
    sizes = {
        f"{name_of(path)}:{node.lineno} {node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for path in modules(*ROOMS)
        for node in ast.walk(parse(path))
        if isinstance(node, Function)
    }
    assert {name: lines for name, lines in sizes.items() if lines > LONGEST_FUNCTION} == {}


def test_every_file_opens_with_one_sentence_on_what_it_is_for():
    openings = {name_of(path): (ast.get_docstring(parse(path)) or "").partition("\n")[0] for path in modules(*ROOMS)}
    assert [name for name, opening in openings.items() if not opening.endswith((".", "?", "!", ":"))] == []


def test_every_file_is_named_after_what_it_holds():
    places = {name_of(path): {path.stem, path.parent.name} for path in modules(*SHIPPED)}
    assert [name for name, words in places.items() if words & EMPTY_NAMES] == []


def test_exceptions_end_in_error():
    exceptions = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for path in modules(*SHIPPED)
        for node in ast.walk(parse(path))
        if isinstance(node, ast.ClassDef)
        and any(isinstance(base, ast.Name) and base.id.endswith(("Error", "Exception")) for base in node.bases)
    ]
    assert len(exceptions) > 3
    assert [name for name in exceptions if not name.endswith("Error")] == []
