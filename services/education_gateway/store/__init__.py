"""What this gateway keeps of files: deliveries, progress, and rows that failed."""
