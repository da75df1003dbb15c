"""Which of slang's diagnostics are findings, how much they weigh, and what to do about the frequent ones."""

from __future__ import annotations

import re

UNKNOWN = frozenset(
    {"UnknownClassOrPackage", "UnknownInterface", "UnknownModule", "UnknownPackage", "UnknownPrimitive"}
)
"""What is defined elsewhere, so that nobody can say whether it is right."""

UNDECLARED_TYPE = "UndeclaredType"
"""Our own: an undeclared identifier in the place of a type. In a list of ports it is an interface."""

UNDECLARED_SCOPE = "UndeclaredScope"
"""Our own: an undeclared identifier before a dot. Another file may have a module of that name."""

UNKNOWN_MACRO = "UnknownDirective"
INCLUDE = "ExceededMaxIncludeDepth"
"""No file is ever included."""
_INCLUDED = re.compile(rb"\s*`include\s+(\"[^\"\n]{1,80}\"|<[^>\n]{1,80}>)")
MACRO_ELSEWHERE = "MacroElsewhere"
"""Our own: the former in a text that lacks modules or packages too, and so is a part of something."""

SIGNAL_AS_START = "ConstEvalNonConstVariable"
PORT_START = "PortStart"
"""The former in the start value of a port, where simulators take it: it is given once, at time 0."""

EASED = frozenset({"UsedBeforeDeclared"})
"""Errors that simulators and synthesis tools forgive: warnings, where a lenient reading takes them."""

AS_ERROR = frozenset(
    {
        "CannotIndexScalar",
        "DuplicateDefinition",
        "InputPortCoercion",
        "MixedVarAssigns",
        "MultipleAlwaysAssigns",
        "MultipleContAssigns",
        "ParameterDoesNotExist",
        "RangeSelectReversed",
        "Redefinition",
        "RedefinitionDifferentType",
    }
)
"""Warnings of slang that no synthesis tool takes."""

FORGIVEN = frozenset({"MissingTimeScale"})
"""Errors of slang that no other tool makes anything of."""

AS_WARNING = FORGIVEN | frozenset(
    {
        "BadProceduralForce",
        "CaseDup",
        "CaseGenerateDup",
        "CaseIncomplete",
        "CaseNotWildcard",
        "CaseOutsideRange",
        "CaseUnreachable",
        "DivisionByZero",
        "DuplicateDefparam",
        "EventExpressionConstant",
        "ImplicitNetPortNoDefault",
        "IndexOOB",
        "InferredComb",
        "InferredLatch",
        "LoopCondNotModified",
        "MisleadingIndentation",
        "MultiBitEdge",
        "NestedBlockComment",
        "NetInconsistent",
        "NetRangeInconsistent",
        "OutputPortCoercion",
        "PortWidthExpand",
        "PortWidthTruncate",
        "RangeOOB",
        "RangeWidthOOB",
        "RealLiteralOverflow",
        "RedefiningMacro",
        "ReversedValueRange",
        "ShiftCountNegative",
        "ShiftCountOverflow",
        "SignedIntegerOverflow",
        "UnassignedVariable",
        "UnconnectedInOutPort",
        "UnconnectedInputPort",
        "UnconnectedOutputPort",
        "UndrivenNet",
        "UndrivenPort",
        "UnknownSystemName",
        "UnsizedInConcat",
        "VectorLiteralOverflow",
        "WidthExpand",
        "WidthTruncate",
    }
)
"""What is legal, or taken by every simulator, and mostly a mistake."""

IGNORED = frozenset({"NoTopModules", "InfoTask", "WarningTask"})

_ADVICE = {
    "AssignToNet": "declare it as reg (output reg …) or drive it by an assign statement",
    "BadDecimalDigit": "give the number a base that has this digit",
    "CannotIndexScalar": "it is one bit; declare it with a range or leave the index out",
    "CaseDup": "an earlier item has the same value",
    "DuplicateDefinition": "give the modules different names or remove one",
    INCLUDE: "no file is read; put what it holds in the place of the `include",
    "ExprNotStatement": "a statement needs an assignment",
    "GenvarUnknownBit": "give every genvar a known value",
    "InputPortCoercion": "it is driven from inside; drive an output or another signal instead",
    "InvalidTopModule": "--top NAME takes a module of the text that needs no parameters",
    "InferredLatch": "assign it on every path, for example a default at the top of the block",
    "InstanceMissingParens": "an instance needs a name and a port list in parentheses",
    "InvalidNGateCount": "use an assign statement or connect one output and at least one input",
    "MaxGenerateStepsExceeded": "the generate loop makes too many blocks",
    "MixedVarAssigns": "drive it either by assign or in an always block",
    "MultipleAlwaysAssigns": "write it in one always block only",
    "MultipleContAssigns": "drive it by one assign only",
    "NotAType": "a declaration needs a type that exists",
    "ParameterDoesNotExist": "the module has no such parameter",
    "PortStart": "it is read once, at the start; to follow the signal, drive the port by assign",
    "PortDeclInANSIModule": "the port is declared in the header already; remove this declaration",
    "PortDoesNotExist": "the module has no such port",
    "RangeSelectReversed": "write the bounds in the order of the declaration",
    "Redefinition": "remove one of the declarations",
    "RedefinitionDifferentType": "remove one of the declarations",
    "TooManyPortConnections": "the module has fewer ports",
    "UTF8Char": "use ASCII outside of comments and strings",
    "UndeclaredIdentifier": "declare it before its first use, or correct the name",
    UNKNOWN_MACRO: "define the macro in the text",
    "MissingTimeScale": "give every module a `timescale, or none",
    "UndeclaredScope": "declare it, or correct the name; a module of that name is not in the text",
    "UndeclaredType": "declare the type; an interface or package of that name is not in the text",
    "UnknownClassOrPackage": "its definition is not in the text",
    "UnknownInterface": "its definition is not in the text",
    "UnknownModule": "its definition is not in the text",
    "UnknownPackage": "its definition is not in the text",
    "UnknownSystemName": "there is no such system task or function",
    "UsedBeforeDeclared": "move the declaration above the first use",
    "VectorLiteralOverflow": "give the number a larger size",
    "WidthExpand": "the upper bits become zero or copies of the sign",
    "WidthTruncate": "the upper bits are lost",
    "PortWidthExpand": "the upper bits of the port are not driven by a signal",
    "PortWidthTruncate": "the upper bits are lost",
}


def included(data: bytes, start: int) -> str:
    """The file that the line which starts there includes, by its name alone (a path is nobody's business);
    '' where it names none."""
    found = _INCLUDED.match(data, start)
    return found[1].decode("utf-8", "replace").strip('"<>').rpartition("/")[2] if found else ""


def plain(code: str, message: str) -> str:
    """What slang says, and what to do where there is one usual answer."""
    advice = _ADVICE.get(code)
    return f"{message}: {advice}" if advice else message
