"""The worklist: tasks made of open steps, and what people do with them."""
