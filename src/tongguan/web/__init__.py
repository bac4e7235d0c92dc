"""The pages: what every page needs (``kit``), the pages of stages and of several areas (``rooms``), and the site made of them."""
