"""Fulfilment 订单履行: what stands at its steps, what was done on time, and how well people accept orders."""
