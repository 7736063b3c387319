"""What the console keeps: the ledger, refused messages, and when sources were heard."""
