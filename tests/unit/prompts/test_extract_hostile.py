"""A long reply of anything is read once: a pattern that looks back again and again would hang here."""

from __future__ import annotations

import pytest

from rtlglot.prompts.extract import Kind, extract
from rtlglot.prompts.given import Given
from rtlglot.records import Finish

SIZE = 100_000
MODULE = "module m(input a); endmodule"
UNITS = [
    *(
        "`",
        "``` ",
        "```verilog\n",
        "```\n",
        "~~~\n",
        "``` a\n~~~\n",
        "```json\n",
        "<think>",
        "<think></think>",
    ),
    *(
        "</think>",
        "<answer>",
        "[DONE]\n[BEGIN]\n",
        "CODE BEGIN\n",
        "<|im_end|>",
        "<|channel|>final<|message|>",
    ),
    *(
        ". assistantfinal",
        '{"code": ',
        '{"code": "',
        '{"a":',
        "[",
        '"',
        '\\"',
        "&lt;",
        "Sure! ",
        "Sure, ",
        "<",
        "&",
    ),
    *(
        "Here is the description ",
        "Description:\n",
        "**Description:** ",
        "let me know\n\n",
        "\n\n---",
        "# ",
        "#\n",
    ),
    *(
        "**\n",
        "-",
        "- ",
        "_",
        "\n",
        " \n",
        "I ",
        "i can't ",
        "sorry ",
        "\nInstruction: ",
        "the description: ",
    ),
    *("module a(input b);\n", "module a(input b);\nendmodule\n", "module a ", "module a #(\n", "module\n"),
    *(
        "module a(input b); endmodule ",
        "module t;initial $finish;endmodule\n",
        "endmodule",
        "endmodulemodule ",
    ),
    *(
        "`else\n",
        "`define \\\n",
        "// a\n",
        "/*",
        "*/",
        "/* */\n",
        "package p;\n",
        "import a::*;\n",
        "typedef a;\n",
    ),
    *("> ", "> module m(a);\n", ">\n", "1: ", "1\n2\n", "`module ", "endmodule`", "\\n", "\\nmodule m(a);"),
    *('{"a": "module', '[{"', '{"a":["module', "Alternatively\n", "corrected ", "wait ", "module m(a,b);x;"),
    *("(* ", "assign y = a;\n", "é", "—", "\u200b", "\\", "\x00", "\r\n"),
]


@pytest.mark.timeout(60)
@pytest.mark.parametrize("kind", ["verilog", "prose", "sentence", "raw"])
@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_a_long_hostile_reply(unit: str, kind: Kind) -> None:
    reply = unit * (SIZE // len(unit))
    for text in (
        reply,
        f"```verilog\nmodule m(input a);\n{reply}",
        f"It is.\n\n{reply}\n\nmodule m(input a); endmodule",
    ):
        candidate = extract(
            text, Finish.STOP, kind, Given("Design inv. " * 200, {"x": "y"}, "module m(input a);")
        )
        assert candidate.text is None or len(candidate.text) <= 4 * len(text)
