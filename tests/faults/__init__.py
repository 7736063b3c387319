"""What each service does when something beside it dies."""
