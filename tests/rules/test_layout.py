"""What keeps the core pure, and its examples true."""

import ast
import doctest
import importlib
import pkgutil
from pathlib import Path

import pytest

import rules

FOLDER = Path(rules.__file__).parent
FILES = sorted(FOLDER.rglob("*.py"))
MODULES = ["rules"] + [
    found.name
    for found in pkgutil.walk_packages(rules.__path__, "rules.")
    if not found.name.endswith("__main__")
]


def imported(path):
    """The modules a file imports: relative ones start with a dot."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            "import_module"
        ):
            yield ast.literal_eval(node.args[0])


def called(path):
    """The plain names a file calls."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            yield node.func.id


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_core_imports_neither_odoo_nor_itself_by_name(path):
    """Imports inside are relative, so that the core loads under one name only."""
    for name in imported(path):
        assert name.split(".")[0] not in {"odoo", "rules", "aftersales_rules"}, name


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_only_the_adapter_imports_the_engine(path):
    """durable_rules has one door."""
    engines = {
        name for name in imported(path) if name.split(".")[0].startswith("durable")
    }
    assert not engines or path.name == "durable.py"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_nothing_is_run_as_code(path):
    """No eval, no exec, no getattr on data, no format on data."""
    assert not {"eval", "exec", "compile", "getattr", "__import__"} & set(called(path))
    assert ".format(" not in path.read_text("utf-8")


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_true(name):
    """Every module says what it is about, and its examples run."""
    module = importlib.import_module(name)
    assert module.__doc__
    assert doctest.testmod(module).failed == 0


def test_the_door_lists_what_it_offers_in_order():
    """Sorted as ruff sorts: constants, classes, functions."""
    assert len(set(rules.__all__)) == len(rules.__all__)
    for name in rules.__all__:
        assert hasattr(rules, name), name
