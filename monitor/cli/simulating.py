"""`sandbox`: the simulated platform alone."""

from __future__ import annotations

import contextlib
from typing import Annotated

import typer

from monitor.app import system_clock
from monitor.cli.failing import UsageError, complain
from monitor.config.addresses import address
from monitor.sandbox.serving import Sandbox
from monitor.sandbox.world import Scenario

app = typer.Typer()


@app.command(epilog="Example: replywatch sandbox --listen 127.0.0.1:9878 --speed 10")
def sandbox(
    *,
    listen: Annotated[str, typer.Option(metavar="HOST:PORT", help="Where.")] = "127.0.0.1:9878",
    seed: Annotated[int, typer.Option(help="Which of all simulations.")] = 1,
    speed: Annotated[float, typer.Option(help="The rate of events.")] = 1.0,
    customers: Annotated[int, typer.Option(help="How many simulated people.")] = 200,
) -> None:
    """A small platform with simulated people, until it is ended."""
    try:
        place = address(listen)
        scenario = Scenario(seed=seed, customers=customers, speed=speed)
    except ValueError as error:
        raise UsageError(str(error)) from None
    server = Sandbox(place.host, place.port, scenario, system_clock)
    server.start()
    complain(f"the sandbox listens on {server.url}/")
    with contextlib.suppress(KeyboardInterrupt):
        server.wait()
    server.stop()
