"""What the columns of a file that nobody has mapped may mean: proposals with reasons, from names and values."""
