"""Questions and pages over the window."""
