"""Processes of RTLIL taken apart."""

from __future__ import annotations

from rtlglot.tools.yosys.processes import apart, decisions

CHAIN = r"""module \m
  wire width 4 input 1 \a
  wire width 4 output 2 \y
  attribute \src "design.sv:1"
  process $0
    assign $on 1'0
    switch { }
      case
        assign $y$3 4'0000
    end
    attribute \full_case 1
    switch \a [0]
      attribute \src "design.sv:2"
      case 1'1
        assign $y$3 4'0001
        assign $on 1'1
      case
        switch { }
          case
            assign $y$2 4'0000
        end
        switch \a [1]
          case 1'1, 1'0
            assign { $y$2 [3:1] $other } { 3'001 \a [2] }
          case
            assign $y$2 4'0111
        end
        switch { }
          case
            assign $y$3 $y$2
        end
    end
  end
  process $9
    switch \a [3]
      case 1'1
        assign $t \a
    end
    sync posedge \a [0]
      update \r $t
  end
end
"""


def test_what_nothing_else_assigns_is_a_process_of_its_own() -> None:
    made = apart(CHAIN)
    names = [line.split()[1] for line in made.splitlines() if line.startswith("  process ")]
    # $y$2 and what is assigned with it; $on and $y$3, which one switch assigns; the clocked one as it was
    assert names == ["$0_0", "$0_1", "$9"]
    inner, outer, clocked = made.split("  process ")[1:]
    assert [line.strip() for line in inner.splitlines()[1:]] == [
        *("switch { }", "case", "assign $y$2 4'0000", "end"),
        *("switch \\a [1]", "case 1'1, 1'0", "assign { $y$2 [3:1] $other } { 3'001 \\a [2] }"),
        *("case", "assign $y$2 4'0111", "end", "end"),
    ]
    assert "$y$2 4" not in outer
    assert outer.index("assign $on 1'0") < outer.index("assign $y$3 4'0000") < outer.index("switch \\a [0]")
    assert 'attribute \\src "design.sv:2"\n      case 1\'1' in outer
    assert "sync posedge" in clocked
    assert decisions(made) == decisions(CHAIN) == 6


def test_a_wire_that_both_sides_of_a_switch_assign_stays() -> None:
    text = CHAIN.replace("assign $y$3 4'0001", "assign $y$2 4'0001")
    made = apart(text)
    assert [line.split()[1] for line in made.splitlines() if line.startswith("  process ")] == ["$0_0", "$9"]
    assert made.count("assign $y$2") == text.count("assign $y$2")


def test_it_is_done_once() -> None:
    made = apart(CHAIN)
    assert apart(made).count("  process ") == made.count("  process ")
