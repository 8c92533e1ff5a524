"""One account: how its reading stands, and what it means."""
