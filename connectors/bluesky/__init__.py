"""Bluesky, and other servers of the AT Protocol with an AppView behind them.

https://docs.bsky.app/docs/api/app-bsky-notification-list-notifications (mentions, replies, quotes)
https://docs.bsky.app/docs/api/com-atproto-repo-list-records (the account's own posts, forwards)
https://docs.bsky.app/docs/api/app-bsky-feed-get-author-feed (agents' posts)
https://docs.bsky.app/docs/api/app-bsky-feed-get-post-thread (conversations)
https://docs.bsky.app/docs/api/app-bsky-feed-get-posts (look-ups)
https://docs.bsky.app/docs/api/com-atproto-server-create-session (logins)
https://atproto.com/specs/tid (keys of records)
"""

from __future__ import annotations

from connectors.bluesky.account import Bluesky, BlueskyConfig

__all__ = ["Bluesky", "BlueskyConfig"]
