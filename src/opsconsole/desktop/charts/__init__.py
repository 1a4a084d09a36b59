"""THE chart, used by every tab; pyqtgraph is loaded when the first one is shown."""
