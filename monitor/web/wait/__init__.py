"""One wait and its conversation: what happened, by both clocks, and why it was counted so."""
