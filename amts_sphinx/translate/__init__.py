"""The translation of one edition: recall, ask the engine, verify, repair."""
