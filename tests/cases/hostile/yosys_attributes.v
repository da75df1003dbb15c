// attacks: yosys: attributes it acts on
(* blackbox, whitebox, abc9_box, lib_whitebox, top, keep_hierarchy *)
(* src = "@SECRET@", techmap_celltype = "$and $or", extract_order = 1 *)
module m((* clkbuf_sink, iopad_external_pin *) input a, (* init = 1, fsm_encoding = "auto" *) output y);
  (* mem2reg, full_case, parallel_case, nomem2reg, wiretype = "x" *) reg [7:0] r [0:3];
  assign y = a;
endmodule
