"""A small made-up province, for a first look at an empty home: nobody and nothing in it exists."""
