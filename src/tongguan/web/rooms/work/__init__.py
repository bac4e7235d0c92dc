"""Work 工单作业: queues, their tasks, and what people do with them."""
