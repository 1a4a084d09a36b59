"""What the detail panel shows of one subject, from the services' pages to sections."""
