"""Numbers of the panorama."""
