"""The packs: their declarations, the stages of the process and the page made of them."""
