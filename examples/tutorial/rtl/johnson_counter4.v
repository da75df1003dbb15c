module johnson_counter4 (
    input  wire       clk,
    input  wire       rst,
    output reg  [3:0] q
);

    reg legal;

    always @(*) begin
        case (q)
            4'b0000, 4'b0001, 4'b0011, 4'b0111,
            4'b1111, 4'b1110, 4'b1100, 4'b1000: legal = 1'b1;
            default:                            legal = 1'b0;
        endcase
    end

    always @(posedge clk) begin
        if (rst || !legal)
            q <= 4'b0000;
        else
            q <= {q[2:0], ~q[3]};
    end

endmodule
