"""The translation memory: one SQLite file, which the text files can make again."""
