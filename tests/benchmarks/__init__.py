"""Speed, measured beside what the same machine's broker does without us."""
