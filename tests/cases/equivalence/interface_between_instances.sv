// expect: equivalent
// note: Icarus Verilog 11 cannot compile interfaces, so only a copy under other names is called equal
// ---- reference
interface bus; logic v; logic [3:0] d; modport from(output v, d); modport to(input v, d); endinterface
module make(bus.from b, input [3:0] i); assign b.v = |i; assign b.d = i; endmodule
module take(bus.to b, output [3:0] o); assign o = b.v ? b.d : 4'd9; endmodule
module r(input [3:0] i, output [3:0] o); bus b(); make m(b, i); take t(b, o); endmodule
// ---- candidate
interface way; logic v; logic [3:0] d; modport out(output v, d); modport in(input v, d); endinterface
module begins(way.out w, input [3:0] i); assign w.v = |i; assign w.d = i; endmodule
module ends(way.in w, output [3:0] o); assign o = w.v ? w.d : 4'd9; endmodule
module c(input [3:0] i, output [3:0] o); way w(); begins m(w, i); ends t(w, o); endmodule
