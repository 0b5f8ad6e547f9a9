"""One file a feed. Each holds `FEEDS`, and is found by being here."""
