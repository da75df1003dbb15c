module gray_to_binary8 (
    input  wire [7:0] gray,
    output wire [7:0] binary
);

    genvar i;

    generate
        for (i = 0; i < 8; i = i + 1) begin : g_bit
            // All Gray bits from i upwards, folded into one.
            assign binary[i] = ^(gray >> i);
        end
    endgenerate

endmodule
