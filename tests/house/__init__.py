"""The gates: what the layout, the style, the types and the pages of this repository must keep to."""
