"""How Throughline is started, told and documented; nothing imports it."""
