"""Events to cases: what state every order is in, and one case's whole story."""
