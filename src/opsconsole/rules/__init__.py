"""Declarations without control flow: what is counted and what is an exception."""
