"""Built-in sources, one module each with a ``SOURCE``."""
