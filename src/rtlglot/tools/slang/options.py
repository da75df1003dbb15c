"""slang's version, its limits and how it reads a text: one set for every tool of the box."""

from __future__ import annotations

import functools
import sys
from collections.abc import Sequence
from typing import Any

VERSIONS = {"sv2017": "1800-2017", "v2005": "1364-2005", "v2001": "1364-2005"}
"""Language standards of rtlglot to those of slang, which has nothing older."""

DEPTH = 2048
"""Most nesting of expressions and blocks."""
_FRAMES = 8
"""Calls of Python's that a walk of ours down a tree needs for one of these, at most."""
INSTANCE_DEPTH = 32
GENERATE_STEPS = 20_000
CONSTANT_STEPS = 200_000
CONSTANT_BITS = 1 << 20

_COVERAGE = "START STOP RESET CHECK MODULE HIER ASSERTION FSM_STATE STATEMENT TOGGLE ERROR NOCOV OK"
TOOL_MACROS = (
    "__slang__",
    "__slang_major__",
    "__slang_minor__",
    *(f"SV_COV_{name}" for name in f"{_COVERAGE} OVERFLOW PARTIAL".split()),
)
"""What slang defines by itself. A text is read without them, or it could be one design for slang and
another for everybody else."""


@functools.cache
def version() -> str:
    """Of the installed slang, without importing it."""
    import importlib.metadata  # 60 modules that the box does not need

    return importlib.metadata.version("pyslang")


def slang_options(
    version: str, flags: Any = None, *, defined: Sequence[str] = (), top: str | None = None
) -> Any:
    """The language ('1800-2017' or '1364-2005'), and limits that hostile text runs into.

    `defined` are macros that the text shall find defined, `top` the module that is the top.
    """
    import pyslang
    from pyslang import ast, parsing

    allow_deep_walks()
    language = {
        "1800-2017": pyslang.LanguageVersion.v1800_2017,
        "1364-2005": pyslang.LanguageVersion.v1364_2005,
    }[version]
    lexer, parser = parsing.LexerOptions(), parsing.ParserOptions()
    preprocessor, compilation = parsing.PreprocessorOptions(), ast.CompilationOptions()
    for options in (lexer, parser, preprocessor, compilation):
        options.languageVersion = language
    # 0 refuses every include, also one that a macro pastes together, without opening anything
    preprocessor.maxIncludeDepth = 0
    preprocessor.undefines = [name for name in TOOL_MACROS if name not in defined]
    preprocessor.predefines = list(defined)
    parser.maxRecursionDepth = DEPTH
    if flags is not None:
        compilation.flags = flags
    if top is not None:
        compilation.topModules = {top}
    compilation.maxInstanceDepth = INSTANCE_DEPTH
    compilation.maxGenerateSteps = GENERATE_STEPS
    compilation.maxConstexprSteps = CONSTANT_STEPS
    compilation.maxConstantSize = CONSTANT_BITS
    return pyslang.Bag([lexer, parser, preprocessor, compilation])


def allow_deep_walks() -> None:
    """What slang takes, our walks down its tree, or down what became of it, take too."""
    sys.setrecursionlimit(max(sys.getrecursionlimit(), DEPTH * _FRAMES))
