"""The command line: the services without a window; scripts and schedulers use it."""

from opsconsole.cli.program import main

__all__ = ["main"]
