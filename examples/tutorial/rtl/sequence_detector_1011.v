module sequence_detector_1011 (
    input  wire clk,
    input  wire rst_n,
    input  wire din,
    output wire found
);

    localparam S_NONE = 2'd0;
    localparam S_1    = 2'd1;
    localparam S_10   = 2'd2;
    localparam S_101  = 2'd3;

    reg [1:0] state;
    reg [1:0] state_next;

    always @(*) begin
        case (state)
            S_NONE:  state_next = din ? S_1   : S_NONE;
            S_1:     state_next = din ? S_1   : S_10;
            S_10:    state_next = din ? S_101 : S_NONE;
            default: state_next = din ? S_1   : S_10;  // S_101
        endcase
    end

    always @(posedge clk or negedge rst_n) begin
        if (!rst_n)
            state <= S_NONE;
        else
            state <= state_next;
    end

    assign found = (state == S_101) & din;

endmodule
