"""People at work on the editions: what is left to do, and the files to do it in."""
