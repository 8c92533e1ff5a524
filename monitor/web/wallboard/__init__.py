"""The wallboard: who waits now, kept true while somebody looks at it."""
