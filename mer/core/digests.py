"""Digests of values and of source code, blind to comments, docstrings and layout."""

import ast
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parents[1]
# Catalogues only look entries up: what they import is followed when the entry itself is named.
CATALOGUES = ("mer.methods", "mer.datasets", "mer.protocols", "mer.features", "mer.preprocessing.steps")


def canonical(value: object) -> str:
    """Write a JSON value compactly; keys stay in their order, which can mean something.

    Examples
    --------
    >>> canonical({"b": 1, "a": [2]})
    '{"b":1,"a":[2]}'
    """
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest(value: object) -> str:
    """Return a 16-digit hexadecimal digest of a JSON value."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()[:16]


@cache
def code_digest(*modules: str) -> str:
    """Return a digest of the code that some modules run, the same under every version of Python.

    Covered are the modules, everything of this package that they import at any depth (also inside
    functions), and data files beside a module that begin with its name (``remarks.csv`` beside
    ``remarks.py``). Catalogues are not followed, and neither are packages that a module lies in.

    Parameters
    ----------
    *modules
        Dotted names, for example ``mer.methods.ststnet``.
    """
    return digest([[name, module_digest(name)] for name in sorted(_closure(modules))])


def _closure(modules: tuple[str, ...]) -> set[str]:
    found: set[str] = set()
    waiting = list(modules)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(_imports(name))
    return found


@cache
def _imports(module: str) -> tuple[str, ...]:
    """List the modules of this package that a module imports."""
    names: set[str] = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            children = [f"{node.module}.{alias.name}" for alias in node.names]
            modules = [child for child in children if _path(child)]
            names.update(modules)
            if len(modules) < len(children):
                names.add(node.module)
    return tuple(sorted(n for n in names if n.startswith("mer.") and n not in CATALOGUES and _path(n)))


@cache
def module_digest(module: str) -> str:
    """Digest one module without docstrings and comments, and its data files."""
    hashed = hashlib.sha256()
    _hash_node(_tree(module), hashed)
    path = _path(module)
    if path is not None:
        for data in sorted(path.parent.glob(f"{path.stem}*")):
            if data.suffix in {".csv", ".json"}:
                hashed.update(data.read_bytes())
    return hashed.hexdigest()


def _hash_node(node: ast.AST, hashed: Any) -> None:  # noqa: ANN401  # hashlib names no type
    """Feed a syntax tree to a hash: kinds of nodes and what is set in them.

    Fields that are empty are left out, because versions of Python differ in which they have; a gap in a list
    is not, as it tells a default or an unpacked mapping from its neighbours.
    """
    hashed.update(type(node).__name__.encode())
    for name, value in ast.iter_fields(node):
        if name == "body" and isinstance(value, list):
            value = [line for line in value if not _is_text(line)]
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, ast.AST):
                hashed.update(f"({name}".encode())
                _hash_node(item, hashed)
                hashed.update(b")")
            elif item is not None or isinstance(value, list):
                hashed.update(f"[{name}={item!r}]".encode())


def _is_text(node: object) -> bool:
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _tree(module: str) -> ast.Module:
    path = _path(module)
    if path is None:
        raise ModuleNotFoundError(f"No module '{module}' in {PACKAGE}.")
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _path(module: str) -> Path | None:
    """Find the source of a module of this package; None if there is none."""
    base = PACKAGE.joinpath(*module.split(".")[1:])
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if module.split(".")[0] == "mer" and path.is_file():
            return path
    return None
