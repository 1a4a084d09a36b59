"""Demand, cover and replenishment: arrays in, arrays out (NumPy)."""
