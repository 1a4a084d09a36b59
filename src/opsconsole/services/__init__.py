"""What a screen or a script may ask for. Empty on purpose: importing one service loads only that one."""
