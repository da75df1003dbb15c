"""System tasks and functions, by what they do (IEEE 1800-2017 clauses 20 and 21), and calls of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from rtlglot.verilog.keywords import KEYWORDS
from rtlglot.verilog.tokens import Kind, Token, code_tokens

COMPUTING = frozenset(
    """
    $acos $acosh $asin $asinh $atan $atan2 $atanh $bits $bitstoreal $bitstoshortreal $cast $ceil $changed
    $clog2 $cos $cosh $countbits $countones $dimensions $exp $fell $floor $high $hypot $increment
    $isunbounded $isunknown $itor $left $ln $log10 $low $onehot $onehot0 $past $pow $random $realtime
    $realtobits $right $root $rose $rtoi $sampled $shortrealtobits $signed $sin $sinh $size $sqrt $stable
    $stime $tan $tanh $test$plusargs $time $typename $unit $unpacked_dimensions $unsigned $urandom
    $urandom_range $value$plusargs
    $assertcontrol $assertfailoff $assertfailon $assertkill $assertnonvacuouson $assertoff $asserton
    $assertpassoff $assertpasson $assertvacuousoff
    $fullskew $hold $nochange $period $recovery $recrem $removal $setup $setuphold $skew $timeskew $width
    """.split()
)
"""System tasks and functions that only compute (IEEE 1800-2017 clauses 20 and 31)."""

OF_THE_RUN = frozenset(
    """
    $assertcontrol $assertfailoff $assertfailon $assertkill $assertnonvacuouson $assertoff $asserton
    $assertpassoff $assertpasson $assertvacuousoff
    $random $realtime $stime $test$plusargs $time $urandom $urandom_range $value$plusargs
    """.split()
)
"""Those that tell or change something of the whole run: the time, the command line, the random numbers that
a testbench draws as well, whether assertions speak. Refused in a design that meets a testbench."""

SPEAKING = frozenset(
    """
    $display $displayb $displayh $displayo $error $exit $fatal $finish $info $monitor $monitorb $monitorh
    $monitoro $monitoroff $monitoron $printtimescale $stop $strobe $strobeb $strobeh $strobeo
    $timeformat $warning $write $writeb $writeh $writeo
    """.split()
)
"""Those that print or stop: harmless in a design, refused in one that will meet a testbench, since
there they could print its pass text or end it early."""

DUMPING = frozenset("$dumpall $dumpfile $dumpflush $dumplimit $dumpoff $dumpon $dumpvars".split())
"""Those that write down waves; as harmless, and as much refused, as those that speak."""

LOADING = frozenset({"$readmemb", "$readmemh"})
"""Those that fill a memory from a file: a memory of unknown content, where the file is not there."""

WITHOUT_EFFECT = SPEAKING | DUMPING | LOADING
"""What a synthesiser passes over: calls as statements, whose arguments only compute."""

_CHANGING = frozenset("= += -= *= /= %= &= |= ^= <<= >>= <<<= >>>= ++ --".split())
_CONDITIONS = frozenset({"`ifdef", "`ifndef", "`elsif"})
_BLANKED = re.compile(r"\\(?!\r?\n)|[^\r\n\\]")
"""All but the ends of lines, and what continues a macro on the next one."""
_TOOLS = re.compile(
    "verilator|yosys|synthesis|icarus|slang|modelsim|model_tech|questa|vcs|xilinx|vivado|altera|quartus|xcelium"
    "|incisive|ncverilog|formal|simulation",
    re.IGNORECASE,
)


def is_of_a_tool(macro: str) -> bool:
    """Whether a macro's name says that a tool defines it."""
    return _TOOLS.search(macro) is not None


def calls(text: str) -> Iterator[tuple[Token, bool]]:
    """The system names of a text, and of each whether it stands in a branch that may not be read.

    A branch that a tool chooses by a macro of its own is one that is read by somebody.
    """
    conditions: list[bool] = []
    before = ""
    for token in code_tokens(text):
        if token.kind is Kind.SYSTEM:
            yield token, bool(conditions) and all(conditions)
        elif token.text in ("`ifdef", "`ifndef"):
            conditions.append(True)
        elif token.text == "`endif" and conditions:
            conditions.pop()
        elif before in _CONDITIONS and conditions and is_of_a_tool(token.text):
            conditions[-1] = False
        before = token.text


def loaded(text: str) -> frozenset[tuple[str, str]]:
    """The files that a text fills memories from, each with the task that reads it; a parameter stands for
    every text that one of its name is given."""
    found = set()
    code = list(code_tokens(text)) if "$readmem" in text else []
    for place, token in enumerate(code[:-2]):
        if token.kind is Kind.SYSTEM and token.text in LOADING:
            file = code[place + 2]
            files = _strings(code, file.text, set()) if file.kind is Kind.NAME else set()
            found |= {(token.text, one) for one in files or {file.text}}
    return frozenset(found)


def _strings(code: Sequence[Token], name: str, seen: set[str]) -> set[str]:
    """The texts that parameters of a name are given, where they are declared and by instances."""
    seen.add(name)
    found: set[str] = set()
    for place, token in enumerate(code[1:-2], 1):
        given = code[place + 1].text == "=" or code[place - 1].text == "."
        if token.text != name or not given:
            continue
        value = code[place + 2]
        if value.kind is Kind.STRING and value.text != '""':
            found.add(value.text)
        elif value.kind is Kind.NAME and value.text not in seen:
            found |= _strings(code, value.text, seen)
    return found


def muted(text: str, names: Collection[str] = WITHOUT_EFFECT) -> str:
    """The text with calls of system tasks blanked: nothing else moves, not even by a column.

    A call whose arguments could change something (an assignment, a function of the design) stays.
    """
    if not any(name in text for name in names):
        return text
    code = list(code_tokens(text))
    letters = list(text)
    for place, token in enumerate(code):
        if token.kind is Kind.SYSTEM and token.text in names:
            start, end = token.offset, _end_of_call(code, place)
            if end is not None and place and code[place - 1].text == "final":
                # which needs a statement; all others may stand before nothing
                after = next((token for token in code[place:] if token.offset >= end), None)
                if after is not None and after.text == ";":
                    start, end = code[place - 1].offset, after.offset + 1
            if end is not None:
                letters[start:end] = _BLANKED.sub(" ", text[start:end])
    return "".join(letters)


def _end_of_call(code: Sequence[Token], place: int) -> int | None:
    """Where the call at a place ends; None where it is more than a call without effect."""
    token = code[place]
    if place + 1 == len(code) or code[place + 1].text != "(":
        return token.offset + len(token.text)
    depth = 0
    for at in range(place + 1, len(code)):
        inner = code[at]
        named = inner.kind in (Kind.NAME, Kind.ESCAPED) and inner.text not in KEYWORDS
        if inner.text in _CHANGING or (named and at + 1 < len(code) and code[at + 1].text == "("):
            return None
        depth += (inner.text in ("(", "'(")) - (inner.text == ")")
        if depth == 0:
            return inner.offset + 1
    return None
