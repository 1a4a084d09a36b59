"""The window: Qt, thin; asks services in worker threads and shows their listings."""
