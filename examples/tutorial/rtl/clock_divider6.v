module clock_divider6 (
    input  wire clk,
    input  wire rst_n,
    output reg  clk_out
);

    reg [1:0] count;

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n) begin
            count   <= 2'd0;
            clk_out <= 1'b0;
        end else if (count == 2'd2) begin
            count   <= 2'd0;
            clk_out <= ~clk_out;
        end else begin
            count <= count + 2'd1;
        end
    end

endmodule
