"""The analytical store: ClickHouse, in process (chDB) or a server, behind one way to ask."""
