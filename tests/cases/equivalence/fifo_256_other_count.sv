// expect: equivalent
// ---- reference
module r(input clk, rst, wr, rd, input [7:0] d, output [7:0] q, output full, empty);
  reg [7:0] mem [0:255];
  reg [7:0] wp, rp;
  reg [8:0] count;
  assign full = count == 256;
  assign empty = count == 0;
  wire push = wr & ~full;
  wire pop = rd & ~empty;
  assign q = mem[rp];
  always @(posedge clk) begin
    if (push) mem[wp] <= d;
    if (rst) begin wp <= 0; rp <= 0; count <= 0; end
    else begin
      if (push) wp <= wp + 1;
      if (pop) rp <= rp + 1;
      count <= count + push - pop;
    end
  end
endmodule
// ---- candidate
module c(input clk, rst, wr, rd, input [7:0] d, output [7:0] q, output full, empty);
  reg [7:0] mem [0:255];
  reg [7:0] wp, rp;
  reg [8:0] count;
  assign full = count == 256;
  assign empty = count == 0;
  wire push = wr & ~full;
  wire pop = rd & ~empty;
  assign q = mem[rp];
  always @(posedge clk) begin
    if (push) mem[wp] <= d;
    if (rst) begin wp <= 0; rp <= 0; count <= 0; end
    else begin
      if (push) wp <= wp + 1;
      if (pop) rp <= rp + 1;
      case ({push, pop}) 2'b10: count <= count + 1; 2'b01: count <= count - 1; default: ; endcase
    end
  end
endmodule
