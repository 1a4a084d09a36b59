"""The editor of saved mappings: a file's columns, what they fill, how they are read, and what comes of it."""
