"""How every hall 营业厅 does now, and what goes from one to another."""
