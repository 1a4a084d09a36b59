"""From files to typed records, and from records into the database."""
