// expect: different or unsupported
// note: the modport's port is the interface's own input, and the design drives it from inside
// ---- reference
interface bus(input k); logic v; modport m(output v, input k); endinterface
module make(bus.m b, input x); assign b.v = x; endmodule
module r(input x, input k, output y); bus b(k); make m(b, x); assign y = b.v ^ k; endmodule
// ---- candidate
interface bus(inout wire k); logic v; modport m(output v, inout k); endinterface
module make(bus.m b, input x); assign b.v = x; assign b.k = 1'b0; endmodule
module c(input x, input k, output y); wire w = k; bus b(w); make m(b, x); assign y = b.v ^ k; endmodule
