module decoder_3to8 (
    input  wire       en,
    input  wire [2:0] sel,
    output wire [7:0] y
);

    assign y = en ? (8'b0000_0001 << sel) : 8'b0000_0000;

endmodule
