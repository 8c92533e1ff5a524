"""The command line. A file a command group; what is heavy is imported when a command runs."""

from __future__ import annotations


def main() -> None:
    """The command `replywatch`."""
    from monitor.cli.application import app

    app(prog_name="replywatch")
