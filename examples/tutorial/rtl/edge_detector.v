module edge_detector (
    input  wire clk,
    input  wire rst,
    input  wire sig,
    output reg  rise,
    output reg  fall
);

    reg previous;

    always @(posedge clk) begin
        if (rst) begin
            previous <= 1'b0;
            rise     <= 1'b0;
            fall     <= 1'b0;
        end else begin
            previous <= sig;
            rise     <= sig & ~previous;
            fall     <= ~sig & previous;
        end
    end

endmodule
