"""Words and arithmetic of the trade; standard library only."""
