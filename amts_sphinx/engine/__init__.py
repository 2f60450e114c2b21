"""The engines: their protocol, how one is found by its name, and those that ship."""
