"""The words every agency shares: identifiers, events, topics, agreements. No I/O."""
